package io.pairstream.ingest.batches;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.OriginHeader;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Single records by their coordinates, as long as Kafka keeps them. Not thread-safe. */
final class SentRecords implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration REQUEST = Duration.ofMillis(2_500);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Duration timeout;

  SentRecords(Map<String, ?> kafkaSettings) {
    Map<String, Object> settings = new HashMap<>(kafkaSettings);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    // About one record batch at a time: what lies behind is not wanted.
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1024);
    timeout = KafkaTimeouts.ofAnswers(kafkaSettings, TIMEOUT);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
    settings.put(
        ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
        (int) KafkaTimeouts.ofRequests(kafkaSettings, REQUEST, timeout).toMillis());
    consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * The value of the record at these coordinates; nothing where it is gone.
   *
   * @throws IOException where the broker does not give it within 5 s, or within the {@code
   *     default.api.timeout.ms} of the settings
   */
  Optional<byte[]> value(Origin origin) throws IOException {
    TopicPartition partition = new TopicPartition(origin.getTopic(), origin.getPartition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, origin.getOffset());
    long startedAt = System.nanoTime();
    while (System.nanoTime() - startedAt < timeout.toNanos()) {
      try {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
          return record.offset() == origin.getOffset()
              ? Optional.ofNullable(record.value())
              : Optional.empty();
        }
      } catch (InvalidOffsetException e) {
        return Optional.empty();
      }
    }
    throw new IOException("Kafka does not give the record at " + OriginHeader.text(origin));
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
