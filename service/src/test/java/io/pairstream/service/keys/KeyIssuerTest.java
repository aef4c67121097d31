package io.pairstream.service.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.ApiKey;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.Scope;
import io.pairstream.service.report.Obstacle;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyIssuerTest {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  private static final Set<Scope> ALL = EnumSet.allOf(Scope.class);

  private final TestDataset cluster = KAFKA.dataset(3, TopicCatalogue.API_KEYS);
  private final Topic<ApiKey> topic = cluster.topics().apiKeys();

  @Test
  void revocationReachesARunningInstance() throws Exception {
    try (KeyRing ring = ring()) {
      KeyIssuer.Created created;
      try (KeyIssuer issuer = issuer()) {
        created = issuer.create(wanted("museum"));
      }
      String keyId = created.key().keyId();
      Await.until(() -> ring.find(keyId).isPresent());

      try (KeyIssuer issuer = issuer()) {
        assertThat(issuer.revoke(keyId)).isPresent();
      }

      Await.until(
          () -> ring.find(keyId).orElseThrow().stateAt(Instant.now()) == IssuedKey.State.REVOKED);
    }
  }

  @Test
  void quotaOfAProducerIsThatOfItsNewestLiveKey() throws Exception {
    try (KeyIssuer issuer = issuer();
        KeyRing ring = ring()) {
      Instant soon = Instant.now().plusSeconds(3600);
      KeyIssuer.Created first =
          issuer.create(new NewKey("museum", ALL, new Rates(5, 6), Instant.MAX));
      Await.until(() -> issuer.all().size() == 1 && ring.find(first.key().keyId()).isPresent());
      Await.until(() -> Instant.now().isAfter(first.key().createdAt().plusMillis(1)));
      KeyIssuer.Created second = issuer.create(new NewKey("museum", ALL, new Rates(0, 7), soon));
      Await.until(() -> ring.find(second.key().keyId()).isPresent());

      assertThat(second.key().quota()).isEqualTo(new Rates(5, 7));
      assertThat(ring.quotaOf("museum", Instant.now())).isEqualTo(new Rates(5, 7));
      assertThat(ring.quotaOf("museum", soon)).isEqualTo(new Rates(5, 6));
      assertThat(ring.quotaOf("unknown", Instant.now())).isEqualTo(Rates.UNSAID);
    }
  }

  @Test
  void recordThatCannotBeReadClosesItsKeyAndNoOther() throws Exception {
    try (KeyIssuer issuer = issuer();
        KeyRing ring = ring()) {
      String broken = issuer.create(wanted("museum")).key().keyId();
      String sound = issuer.create(wanted("museum")).key().keyId();
      Await.until(() -> ring.find(broken).isPresent() && ring.find(sound).isPresent());

      cluster.send(
          new ProducerRecord<>(
              topic.name(),
              broken.getBytes(StandardCharsets.UTF_8),
              "no key".getBytes(StandardCharsets.UTF_8)));

      Await.until(() -> ring.find(broken).isEmpty());
      assertThat(ring.find(sound)).isPresent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noKeyOpensWhileAFaultKeepsRevocationsOut(boolean isError) throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    Topic<ApiKey> faulty =
        new Topic<>(
            topic.name(),
            topic.key(),
            Serdes.serdeFrom(
                topic.value().serializer(),
                (name, bytes) -> {
                  if (broken.get() && isError) {
                    throw new AssertionError("broken");
                  } else if (broken.get()) {
                    throw new IllegalStateException("broken");
                  }
                  return topic.value().deserializer().deserialize(name, bytes);
                }),
            topic.schema(),
            topic.registry());
    try (KeyRing ring = new KeyRing(faulty, cluster.clientSettings());
        KeyIssuer issuer = issuer()) {
      ApiKeyAuthenticator server = new ApiKeyAuthenticator(ring, false, Clock.systemUTC());
      KeyIssuer.Created created = issuer.create(wanted("museum"));
      String keyId = created.key().keyId();
      String key = created.text().reveal();
      Await.until(() -> ring.find(keyId).isPresent() && issuer.all().size() == 1);
      assertThat(server.holder(key).producer()).isEqualTo("museum");

      broken.set(true);
      assertThat(issuer.revoke(keyId)).isPresent();
      Await.until(() -> ring.obstacle().isPresent());

      assertThat(ring.obstacle().orElseThrow().text()).contains("cannot be followed", "broken");
      assertThat(ring.find(keyId)).isEmpty();
      assertThatThrownBy(() -> server.holder(key))
          .isInstanceOf(Problem.class)
          .hasMessageContaining("does not know all API keys");

      broken.set(false);
      Await.until(ring::isCaughtUp);

      assertThat(ring.obstacle()).isEmpty();
      assertThat(ring.find(keyId).orElseThrow().stateAt(Instant.now()))
          .isEqualTo(IssuedKey.State.REVOKED);
    }
  }

  @Test
  void ringKnowsNothingBeforeItIsCaughtUpAndSaysWhy() throws Exception {
    TestDataset empty = KAFKA.emptyDataset();

    try (KeyRing ring = new KeyRing(empty.topics().apiKeys(), empty.clientSettings())) {
      Await.until(
          () ->
              ring.obstacle().map(Obstacle::text).orElse("").contains("pairstream topics create"));

      assertThat(ring.isCaughtUp()).isFalse();
      assertThat(ring.all()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "anonymous", "two\nlines"})
  void impossibleNamesAreRefused(String producer) {
    assertThatThrownBy(() -> wanted(producer)).isInstanceOf(IllegalArgumentException.class);
  }

  private KeyRing ring() {
    return new KeyRing(topic, cluster.clientSettings());
  }

  private KeyIssuer issuer() {
    return KeyIssuer.open(topic, cluster.clientSettings(), Clock.systemUTC());
  }

  private static NewKey wanted(String producer) {
    return new NewKey(producer, ALL, Rates.UNSAID, Instant.MAX);
  }
}
