package io.pairstream.ingest.fetch.web;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * How many bytes of unfinished bodies are held at once.
 *
 * <p>Who would go over it stops reading, and the network holds the sender back; the oldest body
 * alone always goes on, so that something is finished and given back. The budget can be passed by
 * what arrives in one step for each body under way. Thread-safe.
 */
final class BodyBudget {

  private final long bytes;
  private final Timers timers;
  private final NavigableSet<Share> shares = new TreeSet<>(Comparator.comparing(Share::age));
  private List<Share> stopped = new ArrayList<>();
  private long held;
  private long opened;

  /**
   * @param bytes the budget; positive
   */
  BodyBudget(long bytes, Timers timers) {
    this.bytes = bytes;
    this.timers = timers;
  }

  /** The share of a new body, which is younger than all others. */
  synchronized Share open() {
    Share share = new Share(opened++);
    shares.add(share);
    return share;
  }

  /** Bytes that are held now. */
  synchronized long held() {
    return held;
  }

  /** What one body holds. */
  final class Share implements AutoCloseable {

    private final long age;
    private long own;
    private Runnable resume;
    private long stoppedAt;
    private long stoppedNanos;
    private boolean closed;

    private Share(long age) {
      this.age = age;
    }

    private long age() {
      return age;
    }

    /** Counts bytes that have arrived. */
    void take(int more) {
      synchronized (BodyBudget.this) {
        if (!closed) {
          own += more;
          held += more;
        }
      }
    }

    /**
     * Whether the body may be read on.
     *
     * @param whenRoom called once, later, where the answer is no: there may be room, so ask again
     */
    boolean mayReadOn(Runnable whenRoom) {
      synchronized (BodyBudget.this) {
        if (closed || held < bytes || shares.first() == this) {
          return true;
        }
        resume = whenRoom;
        stoppedAt = timers.nanos();
        stopped.add(this);
        return false;
      }
    }

    /** How long it had to stop in all, in nanoseconds: time that is not the sender's fault. */
    long stoppedNanos() {
      synchronized (BodyBudget.this) {
        return stoppedNanos + (resume == null ? 0 : timers.nanos() - stoppedAt);
      }
    }

    /** Gives everything back; a second time does nothing. */
    @Override
    public void close() {
      List<Runnable> resumed;
      synchronized (BodyBudget.this) {
        if (closed) {
          return;
        }
        closed = true;
        held -= own;
        shares.remove(this);
        resumed = stopped.stream().filter(share -> !share.closed).map(Share::goOn).toList();
        stopped = new ArrayList<>();
      }
      resumed.forEach(Runnable::run);
    }

    private Runnable goOn() {
      stoppedNanos += timers.nanos() - stoppedAt;
      Runnable next = resume;
      resume = null;
      return next;
    }
  }
}
