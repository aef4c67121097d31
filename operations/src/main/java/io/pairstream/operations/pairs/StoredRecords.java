package io.pairstream.operations.pairs;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Reads single records by their coordinates, one after the other. Thread-safe. */
final class StoredRecords implements AutoCloseable {

  private final ClusterAccess cluster;
  private CommittedLog log;
  private boolean closed;

  StoredRecords(ClusterAccess cluster) {
    this.cluster = cluster;
  }

  /**
   * The record at these coordinates; empty where there is none: it was never written or committed,
   * or is kept no longer.
   *
   * @throws KafkaException where the broker does not answer
   */
  synchronized Optional<ConsumerRecord<byte[], byte[]>> read(
      String topic, int partition, long offset) {
    if (closed) {
      throw new KafkaException("the service is being stopped");
    }
    if (log == null) {
      log = CommittedLog.openForSingleRecords(cluster);
    }
    try {
      return read(new TopicPartition(topic, partition), offset);
    } catch (UnknownTopicOrPartitionException e) {
      return Optional.empty();
    } catch (KafkaException e) {
      // A consumer that failed may not know where it is.
      log.close();
      log = null;
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (log != null) {
      log.close();
      log = null;
    }
  }

  private Optional<ConsumerRecord<byte[], byte[]>> read(TopicPartition partition, long offset) {
    if (!log.partitions(partition.topic()).contains(partition)) {
      return Optional.empty();
    }
    Stretch all = log.everything(List.of(partition)).get(partition);
    if (offset < all.from() || offset >= all.to()) {
      return Optional.empty();
    }
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    log.read(
        Map.of(partition, new Stretch(offset, offset + 1)),
        record -> {
          found.add(record);
          return false;
        });
    return found.stream().findFirst();
  }
}
