package io.pairstream.answers;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** One partition while it is ours, from one rebalance to the next. Not thread-safe. */
final class Share {

  private final TopicPartition partition;
  private CompletableFuture<Void> whole;
  private final SortedMap<Long, OpenPair> open = new TreeMap<>();
  private final Deque<ConsumerRecord<byte[], byte[]>> unread = new ArrayDeque<>();
  private long committed = -1;
  private long restsUntil;

  /**
   * @param whole completes once all answers are known that were written before it was ours
   * @param now as {@link System#nanoTime} counts
   */
  Share(TopicPartition partition, CompletableFuture<Void> whole, long now) {
    this.partition = partition;
    this.whole = whole;
    this.restsUntil = now;
  }

  TopicPartition partition() {
    return partition;
  }

  CompletableFuture<Void> whole() {
    return whole;
  }

  /** Waits once more for all answers that were written before it was ours. */
  void awaitWhole(CompletableFuture<Void> again) {
    whole = again;
  }

  /** Whether records may be taken up now. */
  boolean isReady(long now) {
    return whole.isDone() && !whole.isCompletedExceptionally() && now - restsUntil >= 0;
  }

  void restUntil(long time) {
    restsUntil = time;
  }

  /** Pairs with missing answers, by offset. */
  SortedMap<Long, OpenPair> open() {
    return open;
  }

  /** Records that were polled and are not taken up yet, in their order. */
  Deque<ConsumerRecord<byte[], byte[]>> unread() {
    return unread;
  }

  /**
   * The first offset that is not done with.
   *
   * @param position of the consumer
   */
  long low(long position) {
    long low = unread.isEmpty() ? position : unread.peek().offset();
    return open.isEmpty() ? low : Math.min(low, open.firstKey());
  }

  long committed() {
    return committed;
  }

  void commit(long offset) {
    committed = offset;
  }
}
