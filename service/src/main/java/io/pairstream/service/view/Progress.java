package io.pairstream.service.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/** How far a view has come, and who waits for it to come further. Thread-safe. */
final class Progress {

  /** Longer than any request lasts: whoever asked has given up by then. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Set<Waiting> waiting = new HashSet<>();
  private final Duration patience;
  private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
  private boolean isCaughtUp;
  private String trouble = "";

  /** Somebody who waits until a partition's position is at least {@code position}. */
  private record Waiting(
      TopicPartition partition, long position, CompletableFuture<Void> reached) {}

  Progress() {
    this(PATIENCE);
  }

  /**
   * @param patience how long somebody waits at most
   */
  Progress(Duration patience) {
    this.patience = patience;
  }

  CompletableFuture<Void> caughtUp() {
    return caughtUp.copy();
  }

  synchronized boolean isCaughtUp() {
    return isCaughtUp;
  }

  synchronized Optional<String> trouble() {
    return trouble.isEmpty() ? Optional.empty() : Optional.of(trouble);
  }

  CompletableFuture<Void> reached(TopicPartition partition, long offset) {
    return atLeast(partition, offset + 1);
  }

  CompletableFuture<Void> reachedAll(Map<TopicPartition, Long> ends) {
    return CompletableFuture.allOf(
        ends.entrySet().stream()
            .map(end -> atLeast(end.getKey(), end.getValue()))
            .toArray(CompletableFuture[]::new));
  }

  /** Notes positions; they go back where a copy is made again. */
  void moveTo(Map<TopicPartition, Long> now) {
    List<CompletableFuture<Void>> arrived = new ArrayList<>();
    synchronized (this) {
      positions.putAll(now);
      for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
        Waiting one = each.next();
        if (isAtLeast(one.partition(), one.position())) {
          each.remove();
          arrived.add(one.reached());
        }
      }
    }
    arrived.forEach(one -> one.complete(null));
  }

  void nowCaughtUp() {
    synchronized (this) {
      isCaughtUp = true;
    }
    caughtUp.complete(null);
  }

  synchronized void isMadeAgain() {
    isCaughtUp = false;
    positions.clear();
  }

  synchronized void hasTrouble(String what) {
    trouble = what;
  }

  /** How many wait. */
  synchronized int waiting() {
    return waiting.size();
  }

  /** Fails with a {@link java.util.concurrent.TimeoutException} where it takes too long. */
  private CompletableFuture<Void> atLeast(TopicPartition partition, long position) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    Waiting one = new Waiting(partition, position, reached);
    synchronized (this) {
      if (isAtLeast(partition, position)) {
        return CompletableFuture.completedFuture(null);
      }
      waiting.add(one);
    }
    return reached
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                forget(one);
              }
            });
  }

  private synchronized void forget(Waiting one) {
    waiting.remove(one);
  }

  private boolean isAtLeast(TopicPartition partition, long position) {
    return positions.getOrDefault(partition, 0L) >= position;
  }
}
