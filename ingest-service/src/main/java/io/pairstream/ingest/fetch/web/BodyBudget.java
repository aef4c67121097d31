package io.pairstream.ingest.fetch.web;

import java.io.InterruptedIOException;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * How many bytes of unfinished bodies are held at once.
 *
 * <p>Who would go over it stops reading, and the network holds the sender back; the oldest body
 * alone always continues, so that something is finished and released. The budget can be passed by
 * what arrives in one step for each body under way. Thread-safe.
 */
final class BodyBudget {

  private final long bytes;
  private final Timers timers;

  private final Set<Share> shares = new LinkedHashSet<>();

  private long held;

  /**
   * @param bytes the budget; positive
   */
  BodyBudget(long bytes, Timers timers) {
    this.bytes = bytes;
    this.timers = timers;
  }

  /** The share of a new body, which is younger than all others. */
  synchronized Share open() {
    Share share = new Share();
    shares.add(share);
    return share;
  }

  /** Bytes that are held now. */
  synchronized long held() {
    return held;
  }

  /** Bytes held by one body. */
  final class Share implements AutoCloseable {

    private long own;
    private boolean waits;
    private long waitsSince;
    private long waitedNanos;

    /** Counts bytes that have arrived; returns once the body may be read on. */
    void take(int more) throws InterruptedIOException {
      synchronized (BodyBudget.this) {
        own += more;
        held += more;
        waits = true;
        waitsSince = timers.nanos();
        try {
          while (held >= bytes && shares.iterator().next() != this) {
            BodyBudget.this.wait();
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("the fetcher is closed");
        } finally {
          waitedNanos = waitedNanos();
          waits = false;
        }
      }
    }

    /** How long it had to stop in all, in nanoseconds: time that is not the sender's fault. */
    long waitedNanos() {
      synchronized (BodyBudget.this) {
        return waitedNanos + (waits ? timers.nanos() - waitsSince : 0);
      }
    }

    /** Gives everything back. */
    @Override
    public void close() {
      synchronized (BodyBudget.this) {
        held -= own;
        shares.remove(this);
        BodyBudget.this.notifyAll();
      }
    }
  }
}
