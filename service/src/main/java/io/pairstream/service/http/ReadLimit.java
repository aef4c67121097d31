package io.pairstream.service.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What each caller may read of one kind: so much at once, and so much in the long run.
 *
 * <p>What a caller asks for beyond that at once waits behind what it asked for before, and takes
 * nothing that others need meanwhile. A read lasts until its answer is sent, so whoever takes
 * answers slowly waits for itself. Callers with a key are told apart by it; those without are one.
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
   * Takes a place for one read, under way or waiting.
   *
   * @param begin begins the read, now or in {@link Place#leave} of another; does not block
   * @throws Problem {@link ProblemKind#QUOTA_EXCEEDED}, with {@code Retry-After}
   */
  Place take(Principal principal, Runnable begin) {
    String name = principal.keyId();
    synchronized (callers) {
      long now = nanos.getAsLong();
      Caller caller = callers.computeIfAbsent(name, unused -> new Caller(now));
      if (caller.underWay >= allowed.atOnce() && caller.waiting.size() >= allowed.waiting()) {
        throw tooMany(allowed.atOnce() + allowed.waiting() + " at once", Duration.ofSeconds(1));
      }
      Duration wait = caller.rate.untilOpen(now);
      if (!wait.isZero()) {
        throw tooMany(allowed.perSecond() + " a second", wait);
      }
      caller.rate.take(1, now);
      Place place = new Place(caller, begin);
      caller.waiting.addLast(place);
      return place;
    }
  }

  private Problem tooMany(String most, Duration wait) {
    long seconds = TokenBucket.wholeSeconds(wait);
    return Problem.of(
            ProblemKind.QUOTA_EXCEEDED,
            "more %s are asked for than the %s that a caller may read; come again in %d s"
                .formatted(what, most, seconds))
        .retryAfter(seconds);
  }

  /** One read of a caller. */
  final class Place {

    private final Caller caller;
    private final Runnable begin;
    private boolean isUnderWay;
    private boolean isLeft;

    private Place(Caller caller, Runnable begin) {
      this.caller = caller;
      this.begin = begin;
    }

    /** Begins the read if it is its turn; otherwise the one does whose end makes it so. */
    void enter() {
      handOutTurns(caller);
    }

    /** Ends the read, or gives up waiting; what it does the second time is nothing. */
    void leave() {
      synchronized (callers) {
        if (isLeft) {
          return;
        }
        isLeft = true;
        if (isUnderWay) {
          caller.underWay--;
        } else {
          caller.waiting.remove(this);
        }
      }
      handOutTurns(caller);
    }
  }

  /** One thread at a time, in a loop: a read that ends as it begins would otherwise nest. */
  private void handOutTurns(Caller caller) {
    synchronized (callers) {
      if (caller.isServed) {
        return;
      }
      caller.isServed = true;
    }
    while (true) {
      Place next;
      synchronized (callers) {
        if (caller.underWay >= allowed.atOnce() || caller.waiting.isEmpty()) {
          caller.isServed = false;
          return;
        }
        next = caller.waiting.removeFirst();
        next.isUnderWay = true;
        caller.underWay++;
      }
      next.begin.run();
    }
  }

  /** What one caller has under way. Guarded by {@link #callers}. */
  private final class Caller {

    private final Deque<Place> waiting = new ArrayDeque<>();
    private int underWay;
    private final TokenBucket rate;
    private boolean isServed;

    private Caller(long nowNanos) {
      this.rate = new TokenBucket(allowed.perSecond(), allowed.inARow(), nowNanos);
    }
  }
}
