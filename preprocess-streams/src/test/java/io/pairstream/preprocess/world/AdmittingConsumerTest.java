package io.pairstream.preprocess.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.schemas.wire.WriterSchemas;
import io.pairstream.schemas.wire.WriterSchemas.Verdict;
import io.pairstream.service.report.Obstacle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Some wait for a lookup in the background, asking again: a time-out ends them from outside. */
@Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
class AdmittingConsumerTest {

  private static final TopicPartition P0 = new TopicPartition("pairs.crowdsourced", 0);
  private static final TopicPartition P1 = new TopicPartition("pairs.crowdsourced", 1);
  private static final byte[] NOT_AVRO = {1, 2, 3};

  private final AtomicReference<String> trouble = new AtomicReference<>("");
  private final MockConsumer<byte[], byte[]> kafka = new MockConsumer<>("earliest");
  private final Registry registry = new Registry("mock://" + UUID.randomUUID(), Map.of());
  private final AtomicLong nanos = new AtomicLong();
  @AutoClose private WriterSchemas schemas;
  private Admission admission;
  private Consumer<byte[], byte[]> consumer;
  private int knownId;

  @BeforeEach
  void assign() {
    Topic<RawPair> raw = new AvroSerdes(registry).topic(RawPair.class, "pairs.crowdsourced");
    knownId = registry.register(raw.subject(), raw.schema());
    schemas = new WriterSchemas(raw, nanos::get);
    admission =
        new Admission(
            schemas,
            List.of(() -> Obstacle.known("DISK", "{0}", trouble.get()).ifAny()),
            nanos::get);
    consumer = AdmittingConsumer.wrap(kafka, admission);
    kafka.assign(List.of(P0, P1));
    kafka.updateBeginningOffsets(Map.of(P0, 0L, P1, 0L));
  }

  @Test
  void holdsWhatCannotBeJudgedUntilItCan() {
    add(P0, 0, NOT_AVRO);
    add(P0, 1, withId(knownId));
    add(P0, 2, NOT_AVRO);

    ConsumerRecords<byte[], byte[]> first = consumer.poll(Duration.ZERO);

    // The verdict on the id is looked up in the background: at first it is undecided.
    assertThat(offsets(first)).containsExactly("0:0");
    assertThat(first.nextOffsets().get(P0).offset()).isEqualTo(1);
    assertThat(kafka.position(P0)).isEqualTo(1);

    // Unlike Kafka, the mock gives a record once: what is held again would never come back.
    while (schemas.of(knownId) != Verdict.KNOWN) {
      LockSupport.parkNanos(1_000_000); // the test runner's own time limit ends it
    }
    add(P0, 1, withId(knownId));
    add(P0, 2, NOT_AVRO);
    assertThat(untilSome()).containsExactly("0:1", "0:2");
  }

  @Test
  void passesWhatHasNoSchemaThoughThePollsLieFarApart() {
    add(P0, 0, withId(unknownId()));
    assertThat(offsets(consumer.poll(Duration.ZERO))).isEmpty();

    untilAnswered();
    later(Duration.ofMinutes(2));
    add(P0, 0, withId(unknownId()));

    assertThat(untilSome()).containsExactly("0:0");
  }

  @Test
  void givesNothingWhileTheWorldIsBadAndLosesNothing() {
    trouble.set("no image worker is able to work");
    add(P0, 0, NOT_AVRO);
    add(P1, 0, NOT_AVRO);

    assertThat(offsets(consumer.poll(Duration.ZERO))).isEmpty();
    assertThat(kafka.paused()).isEmpty();

    trouble.set("");
    assertThat(untilSome()).containsExactlyInAnyOrder("0:0", "1:0");
  }

  @Test
  void saysWhichPartitionWaitsForTheRegistryOnceThatTakesLong() {
    holdBoth();
    assertThat(admission.trouble().map(Obstacle::text)).as("a lookup takes a moment").isEmpty();

    untilAnswered();
    later(Duration.ofMinutes(6)); // for so long no answer holds

    assertThat(admission.trouble().map(Obstacle::text))
        .contains(
            "pairs.crowdsourced-0 stands still at offset 7: the registry does not say whether it"
                + " has schema id "
                + unknownId());
    trouble.set("the disk is full");
    assertThat(offsets(consumer.poll(Duration.ZERO))).isEmpty();
    assertThat(admission.trouble().map(Obstacle::text))
        .as("which holds up all")
        .contains("the disk is full");
  }

  /** The thread may be busy, or share out partitions: nothing polls, and so nothing is released. */
  @Test
  void asksAnewBeforeItBlamesTheRegistryOrTheWorld() {
    holdBoth();
    later(Admission.LONG.plusSeconds(1));
    trouble.set("the disk is full");
    assertThat(admission.trouble().map(Obstacle::text)).contains("the disk is full");
    trouble.set("");
    untilAnswered();

    assertThat(admission.trouble().map(Obstacle::text))
        .contains("partitions wait for a stream thread, which has not asked for records for 6 s");
    assertThat(offsets(consumer.poll(Duration.ZERO))).isEmpty();
    assertThat(admission.trouble()).as("it polls, and earlier records come first").isEmpty();
    later(Duration.ofMinutes(2));
    assertThat(schemas.of(unknownId()))
        .as("who tells it reads no answer")
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void whatGoesOnOrGoesAwayStandsStillNoLonger() {
    holdBoth();
    later(Admission.LONG);

    untilAnswered();
    add(P0, 7, withId(unknownId()));
    assertThat(untilSome()).containsExactly("0:7");
    later(Admission.LONG.plusSeconds(1));
    assertThat(admission.trouble()).as("pairs.crowdsourced-1 waits for its thread").isPresent();

    kafka.assign(List.of(P0));
    assertThat(offsets(consumer.poll(Duration.ZERO))).isEmpty();
    assertThat(admission.trouble().map(Obstacle::text)).as("another instance has it now").isEmpty();
  }

  @Test
  void leavesPausedWhatStreamsHasPaused() {
    consumer.pause(List.of(P1));
    add(P0, 0, NOT_AVRO);
    add(P1, 0, NOT_AVRO);

    assertThat(offsets(consumer.poll(Duration.ZERO))).containsExactly("0:0");
    assertThat(kafka.paused()).containsExactly(P1);
  }

  /** Polls a record of each partition that cannot be judged yet. */
  private void holdBoth() {
    add(P0, 7, withId(unknownId()));
    add(P1, 3, withId(unknownId() + 1));
    assertThat(offsets(consumer.poll(Duration.ZERO))).isEmpty();
  }

  private int unknownId() {
    return knownId + 1_000_000;
  }

  private void later(Duration passed) {
    nanos.addAndGet(passed.toNanos());
  }

  /** Waits, without asking for their verdicts, for all that was asked before: it goes in turn. */
  private void untilAnswered() {
    while (schemas.of(knownId) != Verdict.KNOWN) {
      LockSupport.parkNanos(1_000_000); // the test runner's own time limit ends it
    }
  }

  /** Polls until something passes; the test runner's own time-out ends it otherwise. */
  private List<String> untilSome() {
    List<String> passed = new ArrayList<>();
    while (passed.isEmpty() && !Thread.currentThread().isInterrupted()) {
      passed.addAll(offsets(consumer.poll(Duration.ofMillis(10))));
    }
    return passed;
  }

  private void add(TopicPartition partition, long offset, byte[] value) {
    kafka.addRecord(
        new ConsumerRecord<>(partition.topic(), partition.partition(), offset, null, value));
  }

  private static List<String> offsets(ConsumerRecords<byte[], byte[]> records) {
    List<String> offsets = new ArrayList<>();
    records.forEach(record -> offsets.add(record.partition() + ":" + record.offset()));
    return offsets;
  }

  private static byte[] withId(int id) {
    return ByteBuffer.allocate(6).put((byte) 0).putInt(id).put((byte) 0).array();
  }
}
