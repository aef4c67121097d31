package io.pairstream.ingest.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.publish.PairTooLargeException;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.testing.EmbeddedKafka;
import io.pairstream.testing.TestDataset;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class PairPublisherTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final int PARTITIONS = 3;

  @TempDir static Path brokerDir;
  static EmbeddedKafka kafka;

  private TestDataset dataset;
  private PairTopics topics;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new EmbeddedKafka(brokerDir);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @BeforeEach
  void nameDataset(TestInfo test) {
    name(Integer.toHexString(test.getDisplayName().hashCode()));
  }

  private void name(String name) {
    dataset = TestDataset.of(kafka.bootstrapServers(), "mock://" + name, new Dataset(name));
    topics = dataset.topics();
  }

  @Test
  void losesAndDoublesNothingWhileTheBrokerRestarts() throws Exception {
    createTopics();
    int before = 40;
    int during = 60;

    List<CompletableFuture<Published>> futures = new ArrayList<>();
    try (PairPublisher publisher = open()) {
      for (int i = 0; i < before; i++) {
        futures.add(publisher.publish(pair("image " + i, "before")));
      }
      kafka.stop();
      CompletableFuture<Void> restarted = CompletableFuture.runAsync(PairPublisherTest::restart);
      for (int i = before; i < before + during; i++) {
        futures.add(publisher.publish(pair("image " + i, "during")));
      }
      restarted.get();
      publisher.flush();
    }

    assertThat(futures).allSatisfy(future -> assertThat(future).isCompleted());
    assertThat(records())
        .extracting(record -> new String(record.key(), UTF_8))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, before + during)
                .mapToObj(
                    i -> PairIdentity.imageDigest(ByteBuffer.wrap(("image " + i).getBytes(UTF_8))))
                .toList());
  }

  @Test
  void refusesImageOneByteTooLarge() throws Exception {
    createTopics();

    try (PairPublisher publisher = open()) {
      assertThatThrownBy(() -> publisher.publish(pair(new byte[RecordSizes.MAX_IMAGE + 1], "l")))
          .isInstanceOf(PairTooLargeException.class)
          .hasMessage("the image has 8388609 bytes; at most 8388608 bytes (8 MiB) are taken");
    }

    assertThat(records()).isEmpty();
  }

  @Test
  void refusesRecordThatACaptionMakesTooLarge() throws Exception {
    createTopics();
    RawPair pair = pair(new byte[RecordSizes.MAX_IMAGE], "long ".repeat(220_000));

    try (PairPublisher publisher = open()) {
      assertThatThrownBy(() -> publisher.publish(pair))
          .isInstanceOf(PairTooLargeException.class)
          .hasMessageStartingWith("the record has 9")
          .hasMessageEndingWith("at most 9437184 bytes (9 MiB) are taken");
    }
  }

  @Test
  void refusesALinkThatItsImageCouldMakeTooLarge() {
    dataset.createTopics(PARTITIONS, TopicCatalogue.LINKS);
    PairLink link =
        PairLink.newBuilder()
            .setMetadata(PairMetadata.newBuilder().setUrl("http://example.org/").build())
            .setCaption("x".repeat(1 << 20))
            .build();

    try (LinkPublisher publisher = LinkPublisher.open(topics.links(), patient(), CLOCK)) {
      assertThatThrownBy(() -> publisher.publish(link)).isInstanceOf(PairTooLargeException.class);
    }
  }

  @Test
  void reportsAFailedSendByFutureAndByFlush() throws Exception {
    createTopics();
    Map<String, Object> impatient = new HashMap<>(patient());
    impatient.put("delivery.timeout.ms", "1500");
    impatient.put("request.timeout.ms", "1000");

    try (PairPublisher publisher = PairPublisher.open(topics.crowdsourced(), impatient, CLOCK)) {
      // A fresh client has to find its broker, which may take longer than it waits.
      while (publisher
          .publish(pair("first", "first"))
          .handle((at, failure) -> failure != null)
          .get()) {
        assertThatThrownBy(publisher::flush).isInstanceOf(PublishFailedException.class);
      }
      CompletableFuture<Published> lost;
      kafka.stop();
      try {
        lost = publisher.publish(pair("lost", "lost"));
        assertThatThrownBy(publisher::flush)
            .isInstanceOf(PublishFailedException.class)
            .hasMessageContaining(topics.crowdsourced().name());
      } finally {
        kafka.restart();
      }
      assertThat(lost).isCompletedExceptionally();
    }
  }

  private static void restart() {
    try {
      kafka.restart();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void createTopics() {
    dataset.createTopics(PARTITIONS, TopicCatalogue.CROWDSOURCED);
  }

  private PairPublisher open() {
    return PairPublisher.open(topics.crowdsourced(), patient(), CLOCK);
  }

  private Map<String, Object> patient() {
    return dataset.clientSettings();
  }

  private static RawPair pair(String image, String caption) {
    return pair(image.getBytes(UTF_8), caption);
  }

  private static RawPair pair(byte[] image, String caption) {
    return RawPair.newBuilder().setImage(ByteBuffer.wrap(image)).setCaption(caption).build();
  }

  private List<ConsumerRecord<byte[], byte[]>> records() {
    return dataset.committed(topics.crowdsourced().name());
  }
}
