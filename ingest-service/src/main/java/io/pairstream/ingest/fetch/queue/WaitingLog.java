package io.pairstream.ingest.fetch.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  /** A gap that is read over rather than jumped over. */
  private static final int SMALL_GAP = 500;

  private final Consumer<byte[], byte[]> consumer;

  /**
   * @param consumer of committed records, without a group; closed with this
   */
  WaitingLog(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /**
   * The records at these offsets, in their order; without those that are there no more.
   *
   * @throws TimeoutException where the broker gives nothing for 10 seconds
   */
  List<ConsumerRecord<byte[], byte[]>> read(TopicPartition partition, List<Long> offsets) {
    TreeSet<Long> wanted = new TreeSet<>(offsets);
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    if (wanted.isEmpty()) {
      return found;
    }
    consumer.assign(List.of(partition));
    consumer.seek(partition, wanted.first());
    long progressAt = System.nanoTime();
    while (!wanted.isEmpty()) {
      List<ConsumerRecord<byte[], byte[]>> records = consumer.poll(POLL).records(partition);
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (wanted.contains(record.offset())) {
          found.add(record);
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
    return found;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
