package io.pairstream.service.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Limits each caller's reads of one kind: concurrent ones, and their rate.
 *
 * <p>A caller's further reads queue behind its earlier ones and hold no resources of others
 * meanwhile. A read lasts until its answer is sent, so a slow client delays only itself. Callers
 * are distinguished by their key; all without a key are one.
 *
 * <p>Thread-safe; nothing here blocks.
 */
public final class ReadLimit {

  private final String what;
  private final Allowed allowed;
  private final LongSupplier nanos;
  private final Map<String, Caller> callers = new HashMap<>();

  /**
   * How much that is.
   *
   * @param atOnce reads under way; at least 1
   * @param waiting reads that wait for their turn; 0 or more
   * @param perSecond reads in a second in the long run; above 0
   * @param inARow reads that may come at once after a pause; at least 1
   */
  public record Allowed(int atOnce, int waiting, double perSecond, int inARow) {}

  /**
   * @param what is read, in the plural, for the words of a refusal
   * @param nanos the time, as {@link System#nanoTime} tells it
   */
  public ReadLimit(String what, Allowed allowed, LongSupplier nanos) {
    this.what = what;
    this.allowed = allowed;
    this.nanos = nanos;
  }

  /**
   * Begins a read, now or when another of the caller's ends.
   *
   * @param begin does not block; calls {@link #leave} once its answer is sent
   * @throws Problem {@link ProblemKind#QUOTA_EXCEEDED}, with {@code Retry-After}
   */
  void enter(Principal principal, Runnable begin) {
    Caller caller;
    synchronized (callers) {
      long now = nanos.getAsLong();
      caller = callers.computeIfAbsent(principal.keyId(), unused -> new Caller(now));
      if (caller.underWay >= allowed.atOnce() && caller.waiting.size() >= allowed.waiting()) {
        throw tooMany(allowed.atOnce() + allowed.waiting() + " at once", Duration.ofSeconds(1));
      }
      Duration wait = caller.rate.untilOpen(now);
      if (!wait.isZero()) {
        throw tooMany(allowed.perSecond() + " a second", wait);
      }
      caller.rate.take(1, now);
      caller.waiting.addLast(begin);
    }
    handOutTurns(caller);
  }

  /** A read of the caller has ended. */
  void leave(Principal principal) {
    Caller caller;
    synchronized (callers) {
      caller = callers.get(principal.keyId());
      caller.underWay--;
    }
    handOutTurns(caller);
  }

  private Problem tooMany(String most, Duration wait) {
    long seconds = TokenBucket.wholeSeconds(wait);
    return Problem.of(
            ProblemKind.QUOTA_EXCEEDED,
            "more %s are asked for than the %s that a caller may read; come again in %d s"
                .formatted(what, most, seconds))
        .retryAfter(seconds);
  }

  /**
   * Starts queued reads in a loop, on one thread at a time: a read that ends as it begins would
   * otherwise nest.
   */
  private void handOutTurns(Caller caller) {
    synchronized (callers) {
      if (caller.isServed) {
        return;
      }
      caller.isServed = true;
    }
    while (true) {
      Runnable next;
      synchronized (callers) {
        if (caller.underWay >= allowed.atOnce() || caller.waiting.isEmpty()) {
          caller.isServed = false;
          return;
        }
        next = caller.waiting.removeFirst();
        caller.underWay++;
      }
      try {
        next.run();
      } catch (RuntimeException | Error e) {
        // What has not begun does not leave, and must not keep the caller's later reads waiting.
        synchronized (callers) {
          caller.underWay--;
          caller.isServed = false;
        }
        handOutTurns(caller);
        throw e;
      }
    }
  }

  /** Reads of one caller. Guarded by {@link #callers}. */
  private final class Caller {

    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int underWay;
    private final TokenBucket rate;
    private boolean isServed;

    private Caller(long nowNanos) {
      this.rate = new TokenBucket(allowed.perSecond(), allowed.inARow(), nowNanos);
    }
  }
}
