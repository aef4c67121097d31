package io.pairstream.ingest.fetch.web;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/** A number of things that may go on at once; who comes later waits, without a thread. */
final class Slots {

  private final Deque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
  private int free;

  /**
   * @param slots how many; at least 1
   */
  Slots(int slots) {
    this.free = slots;
  }

  /** Completes once a slot is the caller's, in the order of the calls. */
  CompletableFuture<Void> acquire() {
    synchronized (this) {
      if (free == 0) {
        CompletableFuture<Void> turn = new CompletableFuture<>();
        waiting.addLast(turn);
        return turn;
      }
      free--;
    }
    return CompletableFuture.completedFuture(null);
  }

  /** Gives a slot back. */
  void release() {
    CompletableFuture<Void> next;
    synchronized (this) {
      next = waiting.pollFirst();
      if (next == null) {
        free++;
        return;
      }
    }
    next.complete(null);
  }
}
