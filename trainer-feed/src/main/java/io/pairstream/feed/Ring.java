package io.pairstream.feed;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The slots on their way around: free, filled in the order in which the trainer gets them, free
 * again. One thread fills, one takes; any may give back.
 */
final class Ring {

  /** What comes to the trainer's side next. */
  sealed interface Handover {

    /** A batch, whose samples may still be written. */
    record Batch(Slot slot) implements Handover {}

    /** There will be no further batch. */
    record Over() implements Handover {}

    /** There will be no further batch, because of this. */
    record Failed(RuntimeException cause) implements Handover {}
  }

  private final BlockingQueue<Slot> free = new LinkedBlockingQueue<>();
  private final BlockingQueue<Handover> filled = new LinkedBlockingQueue<>();
  private final AtomicReference<RuntimeException> failure = new AtomicReference<>();

  /** Adds a slot, or gives one back. */
  void giveBack(Slot slot) {
    slot.clear();
    free.add(slot);
  }

  /** Waits for a free slot. */
  Slot takeFree() throws InterruptedException {
    return free.take();
  }

  void handOver(Handover next) {
    filled.add(next);
  }

  /** Batches that wait for the trainer; their last samples may still be written. */
  int ready() {
    return (int) filled.stream().filter(Handover.Batch.class::isInstance).count();
  }

  /** Ends the ring: whatever else was filled is never handed over. */
  void failAtOnce(RuntimeException cause) {
    failure.set(cause);
  }

  /** Waits for what comes next. An end stays and is answered again. */
  Handover takeNext() throws InterruptedException {
    if (failure.get() != null) {
      return new Handover.Failed(failure.get());
    }
    Handover next = filled.take();
    if (!(next instanceof Handover.Batch)) {
      filled.add(next);
    }
    return next;
  }
}
