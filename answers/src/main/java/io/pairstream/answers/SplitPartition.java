package io.pairstream.answers;

import io.pairstream.service.transactions.AssignedPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** A split's partition, and its pairs with missing answers. Not thread-safe. */
final class SplitPartition extends AssignedPartition {

  private final Map<Long, OpenPair> open = new HashMap<>();
  private CompletableFuture<Void> whole;

  /**
   * @param committed by the group; null where nothing was
   * @param whole completes once all answers are known that were written before the assignment
   */
  SplitPartition(
      TopicPartition partition, OffsetAndMetadata committed, CompletableFuture<Void> whole) {
    super(partition, committed);
    this.whole = whole;
  }

  CompletableFuture<Void> whole() {
    return whole;
  }

  /** Waits once more for all answers that were written before the assignment. */
  void awaitWhole(CompletableFuture<Void> again) {
    whole = again;
  }

  /** Whether records may be taken up now. */
  boolean isReady() {
    return whole.isDone() && !whole.isCompletedExceptionally() && !isResting();
  }

  /** Pairs with missing answers, by offset. */
  Map<Long, OpenPair> open() {
    return open;
  }
}
