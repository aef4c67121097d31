package io.pairstream.ingest.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.LinkHeaders;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.publish.PairTooLargeException;
import io.pairstream.testing.EmbeddedKafka;
import io.pairstream.testing.LongTimeouts;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class LinkPublisherTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final int PARTITIONS = 3;
  private static final String DIGEST = "ab".repeat(32);

  @TempDir static Path brokerDir;
  static EmbeddedKafka kafka;

  private final Registry registry = new Registry("mock://links", Map.of());
  private PairTopics topics;
  private Dataset dataset;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new EmbeddedKafka(brokerDir);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @BeforeEach
  void nameDataset(TestInfo test) throws Exception {
    dataset = new Dataset(Integer.toHexString(test.getDisplayName().hashCode()));
    topics = PairTopics.of(dataset, new AvroSerdes(registry));
    kafka.createTopics(
        new TopicCatalogue(dataset, PARTITIONS)
            .topics().stream()
                .filter(topic -> topic.name().equals(topics.links().name()))
                .toList());
  }

  @Test
  void publishedLinkIsReadBackAsItCame() throws Exception {
    NewLink link =
        new NewLink(
            "https://Example.org/cat.png?size=2",
            "一只猫 on a mat",
            "zh",
            "ann",
            "CC0-1.0",
            DIGEST.toUpperCase(Locale.ROOT),
            Map.of("shelf", "3"),
            SourceKind.SCRAPED);

    Published published;
    try (LinkPublisher publisher = open()) {
      published = publisher.publish(link).get();
    }

    ConsumerRecord<String, byte[]> record = records().get(0);
    PairLink read = topics.links().value().deserializer().deserialize("", record.value());
    assertThat(record.key()).isEqualTo("example.org");
    assertThat(read.getUrl()).isEqualTo("https://Example.org/cat.png?size=2");
    assertThat(read.getCaption()).isEqualTo("一只猫 on a mat");
    assertThat(read.getLanguage()).isEqualTo("zh");
    assertThat(read.getSourceKind()).isEqualTo("SCRAPED");
    assertThat(read.getContributor()).isEqualTo("ann");
    assertThat(read.getLicence()).isEqualTo("CC0-1.0");
    assertThat(read.getExpectedDigest()).isEqualTo(DIGEST);
    assertThat(read.getAnnotations()).isEqualTo(Map.of("shelf", "3"));
    assertThat(read.getReceivedAt()).isEqualTo(NOW);
    assertThat(published)
        .isEqualTo(
            new Published(
                PairIdentity.linkId("https://Example.org/cat.png?size=2", "一只猫 on a mat"),
                "",
                topics.links().name(),
                record.partition(),
                record.offset()));
  }

  @Test
  void aLinkSaysWhoseItIs() throws Exception {
    try (LinkPublisher publisher = open()) {
      publisher.publish(NewLink.of("https://example.org/a", "caption", "en"), "app", "b7").get();
    }

    ConsumerRecord<String, byte[]> record = records().get(0);
    assertThat(LinkHeaders.text(record.headers(), LinkHeaders.PRODUCER)).isEqualTo("app");
    assertThat(LinkHeaders.text(record.headers(), LinkHeaders.BATCH_ID)).isEqualTo("b7");
  }

  @Test
  void linksOfAHostMeetInOnePartition() throws Exception {
    try (LinkPublisher publisher = open()) {
      for (int i = 0; i < 20; i++) {
        String host = i % 2 == 0 ? "a" + i % 5 + ".example" : "A" + i % 5 + ".EXAMPLE.";
        var unused = publisher.publish(link("http://" + host + ":80/" + i));
      }
    }

    List<ConsumerRecord<String, byte[]>> records = records();
    assertThat(records).hasSize(20);
    for (ConsumerRecord<String, byte[]> record : records) {
      assertThat(record.key()).matches("a[0-4]\\.example");
      assertThat(record.partition())
          .isEqualTo(Utils.toPositive(Utils.murmur2(record.key().getBytes(UTF_8))) % PARTITIONS);
    }
  }

  @Test
  void losesAndDoublesNothingWhileTheBrokerRestarts() throws Exception {
    List<CompletableFuture<Published>> futures = new ArrayList<>();
    try (LinkPublisher publisher = open()) {
      for (int i = 0; i < 20; i++) {
        futures.add(publisher.publish(link("http://example.org/" + i)));
      }
      kafka.stop();
      CompletableFuture<Void> restarted = CompletableFuture.runAsync(LinkPublisherTest::restart);
      for (int i = 20; i < 50; i++) {
        futures.add(publisher.publish(link("http://example.org/" + i)));
      }
      restarted.get();
      publisher.flush();
    }

    assertThat(futures).allSatisfy(future -> assertThat(future).isCompleted());
    assertThat(records())
        .extracting(
            record ->
                topics.links().value().deserializer().deserialize("", record.value()).getUrl())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 50).mapToObj(i -> "http://example.org/" + i).toList());
  }

  @Test
  void refusesALinkThatItsImageCouldMakeTooLarge() {
    try (LinkPublisher publisher = open()) {
      NewLink link = NewLink.of("http://example.org/", "x".repeat(1 << 20), "en");

      assertThatThrownBy(() -> publisher.publish(link)).isInstanceOf(PairTooLargeException.class);
    }

    assertThat(records()).isEmpty();
  }

  @Test
  void saysThatTheSchemaIsMissing() {
    Registry empty = new Registry("mock://no-links", Map.of());

    assertThatThrownBy(() -> LinkPublisher.open(topics.links(), empty, patient(), CLOCK).close())
        .isInstanceOf(MissingSchemaException.class)
        .hasMessageContaining("pairstream topics create");
  }

  private static void restart() {
    try {
      kafka.restart();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private LinkPublisher open() {
    registry.register(topics.links().name() + "-value", PairLink.SCHEMA$);
    return LinkPublisher.open(topics.links(), registry, patient(), CLOCK);
  }

  private static Map<String, String> patient() {
    return LongTimeouts.of(kafka.bootstrapServers());
  }

  private static NewLink link(String url) {
    return NewLink.of(url, "an owl", "en");
  }

  private List<ConsumerRecord<String, byte[]>> records() {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.<String, Object>copyOf(patient()),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, PARTITIONS)
              .mapToObj(partition -> new TopicPartition(topics.links().name(), partition))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long end = consumer.endOffsets(partitions).values().stream().mapToLong(o -> o).sum();
      long deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
      while (records.size() < end && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }
}
