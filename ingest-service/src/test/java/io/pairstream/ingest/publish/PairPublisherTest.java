package io.pairstream.ingest.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.Replay;
import io.pairstream.service.publish.BrokerUnavailableException;
import io.pairstream.service.publish.MissingTopicException;
import io.pairstream.service.publish.PairTooLargeException;
import io.pairstream.service.publish.PublishFailedException;
import io.pairstream.testing.EmbeddedKafka;
import io.pairstream.testing.LongTimeouts;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
class PairPublisherTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final int PARTITIONS = 3;

  @TempDir static Path brokerDir;
  static EmbeddedKafka kafka;

  private final Registry registry = new Registry("mock://publisher", Map.of());
  private Dataset dataset;
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
    dataset = new Dataset(Integer.toHexString(test.getDisplayName().hashCode()));
    topics = PairTopics.of(dataset, new AvroSerdes(registry));
  }

  @Test
  void publishedPairIsReadBackAsItCame() throws Exception {
    createTopics();
    ByteBuffer image = ByteBuffer.wrap("any bytes".getBytes(UTF_8));
    NewPair pair =
        new NewPair(
            image,
            "一只猫 on a mat",
            "zh",
            SourceKind.IMPORTED,
            "ann",
            "https://example.org/cat.png",
            "CC0-1.0",
            "image/png",
            Map.of("shelf", "3", Replay.WAIVED, "IMAGE_TOO_SMALL"));

    Published published;
    try (PairPublisher publisher = open()) {
      published = publisher.publish(pair).get();
    }

    List<ConsumerRecord<String, byte[]>> records = records(1);
    RawPair read =
        topics.crowdsourced().value().deserializer().deserialize("", records.get(0).value());
    assertThat(read.getImage()).isEqualTo(image);
    assertThat(read.getCaption()).isEqualTo("一只猫 on a mat");
    assertThat(read.getLanguage()).isEqualTo("zh");
    assertThat(read.getSourceKind()).isEqualTo("IMPORTED");
    assertThat(read.getContributor()).isEqualTo("ann");
    assertThat(read.getUrl()).isEqualTo("https://example.org/cat.png");
    assertThat(read.getLicence()).isEqualTo("CC0-1.0");
    assertThat(read.getMediaType()).isEqualTo("image/png");
    assertThat(read.getAnnotations())
        .isEqualTo(Map.of("shelf", "3", Replay.WAIVED, "IMAGE_TOO_SMALL"));
    assertThat(records.get(0).headers()).as("what imports, producers and models say").isEmpty();
    assertThat(read.getReceivedAt()).isEqualTo(NOW);
    assertThat(published.offset()).isEqualTo(records.get(0).offset());
    assertThat(published.partition()).isEqualTo(records.get(0).partition());
  }

  @Test
  void pairThatIsNotedCanBeAskedForOnceItIsAcknowledged() throws Exception {
    createTopics();
    createUploads();

    List<CompletableFuture<Published>> acknowledged = new ArrayList<>();
    List<String> noted;
    try (PairPublisher publisher = openWithNotes()) {
      for (int i = 0; i < 50; i++) {
        acknowledged.add(publisher.publish(pair("image " + i, "caption")));
      }
      Published first = acknowledged.get(0).get();
      assertThat(notes()).extracting(Upload::getId).contains(first.id());

      publisher.flush();
      assertThat(acknowledged).allMatch(CompletableFuture::isDone);
      noted = notes().stream().map(Upload::getId).toList();
    }

    assertThat(noted)
        .containsExactlyInAnyOrderElementsOf(
            acknowledged.stream().map(each -> each.join().id()).toList());
    Published last = acknowledged.get(49).join();
    assertThat(notes())
        .filteredOn(note -> note.getId().equals(last.id()))
        .singleElement()
        .satisfies(
            note -> {
              assertThat(note.getStanding()).isEqualTo("RECEIVED");
              assertThat(note.getKind()).isEqualTo("PAIR");
              assertThat(note.getImageDigest()).isEqualTo(last.imageDigest());
              assertThat(note.getOrigin())
                  .isEqualTo(new Origin(last.topic(), last.partition(), last.offset()));
              assertThat(note.getReceivedAt()).isEqualTo(NOW);
            });
  }

  @Test
  void pairThatIsTooLargeIsNotNotedAndStopsNoOther() throws Exception {
    createTopics();
    createUploads();

    try (PairPublisher publisher = openWithNotes()) {
      assertThatThrownBy(
              () -> publisher.publish(pair(new byte[RecordSizes.MAX_IMAGE], "c".repeat(2 << 20))))
          .isInstanceOf(PairTooLargeException.class);
      publisher.publish(pair("image", "caption")).get();
    }

    assertThat(notes()).hasSize(1);
  }

  @Test
  void closeWritesTheNotesOfWhatIsInFlight() throws Exception {
    createTopics();
    createUploads();

    try (PairPublisher publisher = openWithNotes()) {
      for (int i = 0; i < 50; i++) {
        var unused = publisher.publish(pair("image " + i, "caption"));
      }
    }

    assertThat(notes()).hasSize(50);
  }

  @Test
  void withoutATopicForNotesNothingIsPublished() throws Exception {
    createTopics();

    assertThatThrownBy(this::openWithNotes)
        .isInstanceOf(MissingTopicException.class)
        .hasMessageContaining(topics.uploads().name());
  }

  @Test
  void keyIsTheImageDigestAndDecidesThePartition() throws Exception {
    createTopics();

    List<Published> all = new ArrayList<>();
    try (PairPublisher publisher = open()) {
      for (int i = 0; i < 20; i++) {
        all.add(publisher.publish(pair("image " + i / 2, "caption " + i)).get());
      }
    }

    for (ConsumerRecord<String, byte[]> record : records(20)) {
      RawPair read = topics.crowdsourced().value().deserializer().deserialize("", record.value());
      String digest = PairIdentity.imageDigest(read.getImage());
      assertThat(record.key()).isEqualTo(digest);
      assertThat(record.partition())
          .isEqualTo(Utils.toPositive(Utils.murmur2(digest.getBytes(UTF_8))) % PARTITIONS);
      assertThat(all)
          .contains(
              new Published(
                  PairIdentity.pairId(digest, read.getCaption()),
                  digest,
                  topics.crowdsourced().name(),
                  record.partition(),
                  record.offset()));
    }
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
    assertThat(records(before + during))
        .extracting(ConsumerRecord::key)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, before + during)
                .mapToObj(
                    i -> PairIdentity.imageDigest(ByteBuffer.wrap(("image " + i).getBytes(UTF_8))))
                .toList());
  }

  @Test
  void publishesRightAfterTheTopicIsCreated() throws Exception {
    // One topic after the other, because the race shows on some of them only.
    for (int round = 0; round < 8; round++) {
      dataset = new Dataset("fresh" + round);
      topics = PairTopics.of(dataset, new AvroSerdes(registry));
      createTopics();
      try (PairPublisher publisher = open()) {
        for (int i = 0; i < 12; i++) {
          var unused = publisher.publish(pair("x".repeat(100_000) + i, "fresh"));
        }
      }
      assertThat(records(12)).hasSize(12);
    }
  }

  @Test
  void takesTheLargestImage() throws Exception {
    createTopics();

    try (PairPublisher publisher = open()) {
      publisher.publish(pair(new byte[RecordSizes.MAX_IMAGE], "large")).get();
    }

    assertThat(records(1)).hasSize(1);
  }

  @Test
  void refusesImageOneByteTooLarge() throws Exception {
    createTopics();

    try (PairPublisher publisher = open()) {
      assertThatThrownBy(() -> publisher.publish(pair(new byte[RecordSizes.MAX_IMAGE + 1], "l")))
          .isInstanceOf(PairTooLargeException.class)
          .hasMessage("the image has 8388609 bytes; at most 8388608 bytes (8 MiB) are taken");
    }

    assertThat(records(0)).isEmpty();
  }

  @Test
  void refusesRecordThatACaptionMakesTooLarge() throws Exception {
    createTopics();
    NewPair pair = pair(new byte[RecordSizes.MAX_IMAGE], "long ".repeat(220_000));

    try (PairPublisher publisher = open()) {
      assertThatThrownBy(() -> publisher.publish(pair))
          .isInstanceOf(PairTooLargeException.class)
          .hasMessageStartingWith("the record has 9")
          .hasMessageEndingWith("at most 9437184 bytes (9 MiB) are taken");
    }
  }

  @Test
  void takesTheLargestRecordAsItIs() throws Exception {
    createTopics();
    byte[] largest = new byte[RecordSizes.MAX_RAW_RECORD - 100 - 1];

    try (PairPublisher publisher = open()) {
      publisher.publishRecord(new byte[1], largest).get();
      assertThatThrownBy(() -> publisher.publishRecord(new byte[2], largest))
          .isInstanceOf(PairTooLargeException.class);
    }
  }

  @Test
  void saysThatTheTopicIsMissing() {
    assertThatThrownBy(this::open)
        .isInstanceOf(MissingTopicException.class)
        .hasMessage(
            "topic "
                + dataset.name()
                + ".crowdsourced does not exist; run: pairstream topics create");
  }

  @Test
  void saysThatTheSchemaIsMissing() throws Exception {
    kafka.createTopics(new TopicCatalogue(dataset, PARTITIONS).topics());

    assertThatThrownBy(this::open)
        .isInstanceOf(MissingSchemaException.class)
        .hasMessageContaining("pairstream topics create");
  }

  @Test
  void saysThatNoBrokerAnswers() {
    Map<String, String> nowhere = Map.of("bootstrap.servers", "127.0.0.1:1");

    assertThatThrownBy(
            () -> PairPublisher.open(topics.crowdsourced(), registry, nowhere, CLOCK).close())
        .isInstanceOf(BrokerUnavailableException.class)
        .hasMessageContaining("127.0.0.1:1");
  }

  @Test
  void reportsAFailedSendByFutureAndByFlush() throws Exception {
    createTopics();
    Map<String, String> impatient = new HashMap<>(patient());
    impatient.put("delivery.timeout.ms", "1500");
    impatient.put("request.timeout.ms", "1000");

    try (PairPublisher publisher =
        PairPublisher.open(topics.crowdsourced(), registry, impatient, CLOCK)) {
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

  private void createTopics() throws Exception {
    registry.register(topics.crowdsourced().name() + "-value", RawPair.SCHEMA$);
    kafka.createTopics(new TopicCatalogue(dataset, PARTITIONS).topics().subList(0, 1));
  }

  private void createUploads() throws Exception {
    registry.register(topics.uploads().name() + "-value", Upload.SCHEMA$);
    kafka.createTopics(
        new TopicCatalogue(dataset, PARTITIONS)
            .topics().stream()
                .filter(topic -> topic.name().equals(topics.uploads().name()))
                .toList());
  }

  private PairPublisher openWithNotes() {
    return PairPublisher.openWithNotes(
        topics.crowdsourced(), topics.uploads(), registry, patient(), CLOCK);
  }

  /** All that is noted now. */
  private List<Upload> notes() {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.<String, Object>copyOf(patient()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, PARTITIONS)
              .mapToObj(partition -> new TopicPartition(topics.uploads().name(), partition))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long left =
          consumer.endOffsets(partitions).values().stream().mapToLong(Long::longValue).sum();
      List<Upload> notes = new ArrayList<>();
      while (notes.size() < left) {
        consumer
            .poll(Duration.ofSeconds(1))
            .forEach(
                record ->
                    notes.add(
                        topics
                            .uploads()
                            .value()
                            .deserializer()
                            .deserialize(record.topic(), record.value())));
      }
      return notes;
    }
  }

  private PairPublisher open() {
    return PairPublisher.open(topics.crowdsourced(), registry, patient(), CLOCK);
  }

  private static Map<String, String> patient() {
    return LongTimeouts.of(kafka.bootstrapServers());
  }

  private static NewPair pair(String image, String caption) {
    return pair(image.getBytes(UTF_8), caption);
  }

  private static NewPair pair(byte[] image, String caption) {
    return NewPair.of(ByteBuffer.wrap(image), caption, "en", SourceKind.CROWDSOURCED);
  }

  /** All records of the topic, which are as many as expected or more. */
  private List<ConsumerRecord<String, byte[]>> records(int expected) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.<String, Object>copyOf(patient()),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, PARTITIONS)
              .mapToObj(partition -> new TopicPartition(topics.crowdsourced().name(), partition))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long end = consumer.endOffsets(partitions).values().stream().mapToLong(o -> o).sum();
      long deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
      while (records.size() < Math.max(end, expected) && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }
}
