package io.pairstream.ingest.view;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** How far a view has come, and who waits for it to come further. Thread-safe. */
final class Progress {

  private final Map<Integer, Long> positions = new HashMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
  private boolean isCaughtUp;
  private String trouble = "";

  /** Somebody who waits until a partition's position is at least {@code position}. */
  private record Waiting(int partition, long position, CompletableFuture<Void> reached) {}

  CompletableFuture<Void> caughtUp() {
    return caughtUp.copy();
  }

  synchronized boolean isCaughtUp() {
    return isCaughtUp;
  }

  synchronized Optional<String> trouble() {
    return trouble.isEmpty() ? Optional.empty() : Optional.of(trouble);
  }

  CompletableFuture<Void> reached(int partition, long offset) {
    return atLeast(partition, offset + 1);
  }

  CompletableFuture<Void> reachedAll(Map<Integer, Long> ends) {
    return CompletableFuture.allOf(
        ends.entrySet().stream()
            .map(end -> atLeast(end.getKey(), end.getValue()))
            .toArray(CompletableFuture[]::new));
  }

  /** Notes positions; they go back where a copy is made again. */
  void moveTo(Map<Integer, Long> now) {
    List<CompletableFuture<Void>> arrived = new ArrayList<>();
    synchronized (this) {
      positions.putAll(now);
      for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
        Waiting one = each.next();
        if (one.reached().isDone()) {
          each.remove();
        } else if (isAtLeast(one.partition(), one.position())) {
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

  private CompletableFuture<Void> atLeast(int partition, long position) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    synchronized (this) {
      if (!isAtLeast(partition, position)) {
        waiting.add(new Waiting(partition, position, reached));
        return reached;
      }
    }
    reached.complete(null);
    return reached;
  }

  private boolean isAtLeast(int partition, long position) {
    return positions.getOrDefault(partition, 0L) >= position;
  }
}
