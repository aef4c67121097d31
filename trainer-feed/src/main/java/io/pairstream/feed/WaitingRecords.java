package io.pairstream.feed;

import io.pairstream.feed.record.ImageShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Records that have been read and wait until their shape's batch is full. Keeps them in the order
 * in which they came, and shapes in that of their first record. Not thread-safe.
 */
final class WaitingRecords {

  private final int batchSize;
  private final int most;
  private final Map<ImageShape, List<ConsumerRecord<byte[], byte[]>>> byShape =
      new LinkedHashMap<>();
  private int size;

  WaitingRecords(int batchSize, int most) {
    this.batchSize = batchSize;
    this.most = most;
  }

  /**
   * Adds a record.
   *
   * @return the batch that it completes, whose records wait no longer
   * @throws RefusedSampleException where too many wait
   */
  Optional<List<ConsumerRecord<byte[], byte[]>>> add(
      ImageShape shape, ConsumerRecord<byte[], byte[]> record) {
    List<ConsumerRecord<byte[], byte[]>> alike =
        byShape.computeIfAbsent(shape, any -> new ArrayList<>());
    alike.add(record);
    size++;
    if (alike.size() == batchSize) {
      byShape.remove(shape);
      size -= batchSize;
      return Optional.of(alike);
    }
    if (size > most) {
      throw new RefusedSampleException(
          size
              + " samples of "
              + byShape.size()
              + " sizes wait and no size has the "
              + batchSize
              + " of a batch; allow more waiting samples, or smaller batches, or prepare pictures in"
              + " fewer sizes",
          null);
    }
    return Optional.empty();
  }

  /** Forgets a pair that has been withdrawn. */
  void withdraw(int partition, byte[] key) {
    byShape
        .values()
        .removeIf(
            alike -> {
              int before = alike.size();
              alike.removeIf(
                  record -> record.partition() == partition && Arrays.equals(record.key(), key));
              size -= before - alike.size();
              return alike.isEmpty();
            });
  }

  /** Takes the records of the shape that has waited longest; none where nothing waits. */
  List<ConsumerRecord<byte[], byte[]>> takeOldest() {
    List<ConsumerRecord<byte[], byte[]>> oldest =
        byShape.values().stream().findFirst().orElse(List.of());
    byShape.values().remove(oldest);
    size -= oldest.size();
    return oldest;
  }

  /** Adds the records' offsets, by partition. */
  void addOffsets(SortedMap<Integer, SortedSet<Long>> offsets) {
    for (List<ConsumerRecord<byte[], byte[]>> alike : byShape.values()) {
      for (ConsumerRecord<byte[], byte[]> record : alike) {
        offsets.computeIfAbsent(record.partition(), any -> new TreeSet<>()).add(record.offset());
      }
    }
  }
}
