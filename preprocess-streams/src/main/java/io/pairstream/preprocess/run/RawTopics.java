package io.pairstream.preprocess.run;

import io.pairstream.preprocess.topology.RawLog;
import io.pairstream.schemas.Origin;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.TaskMigratedException;

/** The raw topics on their brokers, read by a consumer without a group. Thread-safe. */
final class RawTopics implements RawLog, AutoCloseable {

  private static final Duration WITHIN = Duration.ofSeconds(10);

  private final Cluster cluster;
  private KafkaConsumer<byte[], byte[]> consumer;

  RawTopics(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public synchronized Optional<ConsumerRecord<byte[], byte[]>> read(Origin origin) {
    TopicPartition partition = new TopicPartition(origin.getTopic(), origin.getPartition());
    try {
      if (consumer == null) {
        consumer = open();
      }
      consumer.assign(List.of(partition));
      consumer.seek(partition, origin.getOffset());
      ConsumerRecords<byte[], byte[]> records = consumer.poll(WITHIN);
      if (records.isEmpty() && consumer.position(partition) <= origin.getOffset()) {
        throw new TimeoutException("no broker has answered within " + WITHIN);
      }
      return records.records(partition).stream()
          .filter(record -> record.offset() == origin.getOffset())
          .findFirst();
    } catch (InvalidOffsetException e) {
      return Optional.empty();
    } catch (KafkaException e) {
      throw new TaskMigratedException(origin.getTopic() + " cannot be read", e);
    }
  }

  private KafkaConsumer<byte[], byte[]> open() {
    return ClusterAccess.consumer(
        cluster.clientSettings(Map.of()),
        Map.of(
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "none",
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            1));
  }

  @Override
  public synchronized void close() {
    if (consumer != null) {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
