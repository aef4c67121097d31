package io.pairstream.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.AvroSafety;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(900)
class OutputCounterTest {

  static {
    AvroSafety.install(); // before the first record is made
  }

  private static final Dataset DATASET = new Dataset("pairs");
  private static final List<String> OUTPUTS =
      List.of("pairs.training", "pairs.validation", "pairs.test", "pairs.quarantine");

  private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");

  @Test
  void countsByOutputAndReason() throws Exception {
    createTopics();
    List<ConsumerRecord<String, byte[]>> records =
        List.of(
            record("pairs.training", 0, 0, 2000, "a", new byte[] {0}),
            record("pairs.training", 1, 0, 5000, "b", new byte[] {0}),
            record("pairs.training", 1, 1, 6000, "b", null),
            record("pairs.validation", 0, 0, 1000, "c", new byte[] {0}),
            record("pairs.test", 0, 0, 3000, "d", new byte[] {0}),
            record("pairs.quarantine", 0, 0, 4000, "e", quarantined("IMAGE_EMPTY", "no bytes")),
            record("pairs.quarantine", 0, 1, 4000, "f", quarantined("IMAGE_EMPTY", "none")),
            record("pairs.quarantine", 1, 0, 4000, "g", quarantined("DUPLICATE_PAIR", "again")));

    OutputCounts counts = countAll(records);

    assertThat(counts)
        .isEqualTo(
            new OutputCounts(
                2,
                1,
                1,
                Map.of("IMAGE_EMPTY", 2L, "DUPLICATE_PAIR", 1L),
                Optional.of(Instant.ofEpochMilli(1000)),
                Optional.of(Instant.ofEpochMilli(5000)),
                counts.example()));
    assertThat(counts.total()).isEqualTo(7);
    assertThat(counts.example())
        .get()
        .isIn(
            new OutputCounts.Rejected("e", "IMAGE_EMPTY", "no bytes"),
            new OutputCounts.Rejected("g", "DUPLICATE_PAIR", "again"));
  }

  @Test
  void saysThatATopicIsMissing() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    OutputCounter counter =
        new OutputCounter(
            DATASET,
            new MockConsumer<>("earliest") {
              @Override
              public synchronized void close() {
                super.close();
                stopped.countDown();
              }
            });

    counter.start();
    assertThat(stopped.await(5, TimeUnit.MINUTES)).isTrue();
    counter.close();

    assertThatThrownBy(counter::counts)
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("topic pairs.training does not exist; run: pairstream topics create");
  }

  /** Counts until the last of the records has been polled. */
  private OutputCounts countAll(List<ConsumerRecord<String, byte[]>> records)
      throws InterruptedException {
    CountDownLatch polledAgain = new CountDownLatch(1);
    consumer.schedulePollTask(() -> records.forEach(consumer::addRecord));
    consumer.schedulePollTask(() -> {});
    consumer.schedulePollTask(polledAgain::countDown);
    try (OutputCounter counter = new OutputCounter(DATASET, consumer)) {
      counter.start();
      assertThat(polledAgain.await(5, TimeUnit.MINUTES)).isTrue();
      return counter.counts();
    }
  }

  private void createTopics() {
    Map<TopicPartition, Long> beginnings = new HashMap<>();
    for (String output : OUTPUTS) {
      consumer.updatePartitions(
          output,
          List.of(
              new PartitionInfo(output, 0, null, null, null),
              new PartitionInfo(output, 1, null, null, null)));
      beginnings.put(new TopicPartition(output, 0), 0L);
      beginnings.put(new TopicPartition(output, 1), 0L);
    }
    consumer.updateBeginningOffsets(beginnings);
  }

  private static ConsumerRecord<String, byte[]> record(
      String topic, int partition, long offset, long timeMs, String key, byte[] value) {
    return new ConsumerRecord<>(
        topic,
        partition,
        offset,
        timeMs,
        TimestampType.LOG_APPEND_TIME,
        key.length(),
        value == null ? 0 : value.length,
        key,
        value,
        new RecordHeaders(),
        Optional.empty());
  }

  private static byte[] quarantined(String reason, String detail) throws IOException {
    QuarantinedPair pair =
        QuarantinedPair.newBuilder()
            .setPairId("id")
            .setValue(ByteBuffer.wrap("a long raw record".repeat(1000).getBytes(UTF_8)))
            .setKey(null)
            .setReason(reason)
            .setDetail(detail)
            .setOrigin(new Origin("pairs.scraped", 0, 7L))
            .build();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {0, 0, 0, 0, 9});
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new SpecificDatumWriter<>(QuarantinedPair.class).write(pair, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }
}
