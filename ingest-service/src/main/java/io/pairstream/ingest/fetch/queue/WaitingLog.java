package io.pairstream.ingest.fetch.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads single records again, by their offsets, once they are due. So what waits takes no memory
 * meanwhile. Not thread-safe.
 */
final class WaitingLog implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration STALLED = Duration.ofSeconds(10);

  /** Bytes of the records that are read at a time, but for those of the last one. */
  static final long MOST_BYTES = 16L * 1024 * 1024;

  /** A gap that is read over rather than jumped over. */
  private static final int SMALL_GAP = 500;

  private final Consumer<byte[], byte[]> consumer;

  /**
   * Records that were read again.
   *
   * @param found in the order of their offsets
   * @param unread offsets behind the last of them, at which nobody has looked
   */
  record Found(List<ConsumerRecord<byte[], byte[]>> found, Set<Long> unread) {}

  /**
   * @param consumer of committed records, without a group; closed with this
   */
  WaitingLog(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /**
   * The records at these offsets, without those that are there no more; the first ones alone where
   * all together are more than 16 MiB.
   *
   * @throws TimeoutException where the broker gives nothing for 10 seconds
   */
  Found read(TopicPartition partition, Collection<Long> offsets) {
    TreeSet<Long> wanted = new TreeSet<>(offsets);
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    if (wanted.isEmpty()) {
      return new Found(found, Set.of());
    }
    consumer.assign(List.of(partition));
    consumer.seek(partition, wanted.first());
    long bytes = 0;
    long progressAt = System.nanoTime();
    while (!wanted.isEmpty()) {
      List<ConsumerRecord<byte[], byte[]>> records = consumer.poll(POLL).records(partition);
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (wanted.contains(record.offset())) {
          found.add(record);
          bytes += TriedLink.fresh(record).size();
          if (bytes >= MOST_BYTES) {
            return new Found(found, Set.copyOf(wanted.tailSet(record.offset(), false)));
          }
        }
      }
      long position = consumer.position(partition);
      boolean moved = !wanted.headSet(position).isEmpty();
      wanted.headSet(position).clear();
      if (!wanted.isEmpty() && wanted.first() - position > SMALL_GAP) {
        consumer.seek(partition, wanted.first());
      }
      if (moved || !records.isEmpty()) {
        progressAt = System.nanoTime();
      } else if (System.nanoTime() - progressAt > STALLED.toNanos()) {
        throw new TimeoutException("the broker does not give " + partition + " again");
      }
    }
    return new Found(found, Set.of());
  }

  @Override
  public void close() {
    consumer.close();
  }
}
