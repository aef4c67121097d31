package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.fetch.web.FetchSettings.Politeness;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;

/** The gates of all hosts that matter now. Thread-safe. */
final class HostGates {

  /** Failures in a row from which waiting links fail with the host's failure. */
  private static final int DOWN_AFTER = 5;

  /** Failures in a row from which a host is paused, where it does not say for how long. */
  private static final int PAUSE_AFTER = 3;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  private static final Duration FIRST_PAUSE_OF_THROTTLED = Duration.ofSeconds(30);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  /** Time after a host's last failure when its failures are forgotten. */
  private static final Duration MEMORY = Duration.ofMinutes(10);

  /** Shortest delay of a link whose turn did not come. */
  private static final Duration LEAST_POSTPONEMENT = Duration.ofSeconds(1);

  private record Waiting(
      CompletableFuture<Gate.Turn> admission, long intervalNanos, long timeoutEnds) {}

  private static final Duration SWEEP = Duration.ofSeconds(30);

  private final ConcurrentMap<String, Gate> gates = new ConcurrentHashMap<>();
  private final Politeness politeness;
  private final Timers timers;

  HostGates(Politeness politeness, Timers timers) {
    this.politeness = politeness;
    this.timers = timers;
    scheduleSweep();
  }

  /**
   * Asks for a turn; {@link FetchStopped} where there will be none soon, or the host has failed so
   * often of late that it is not asked.
   *
   * @param interval least time between two requests that the host itself asks for; may be zero
   */
  CompletableFuture<Gate.Turn> enter(String host, Duration interval) {
    AtomicReference<CompletableFuture<Gate.Turn>> turn = new AtomicReference<>();
    // Within compute, so that the gate is not swept away between being found and being joined.
    gates
        .compute(
            host,
            (name, known) -> {
              Gate gate = known == null ? new Gate(name) : known;
              turn.set(gate.join(interval));
              return gate;
            })
        .pump();
    return turn.get();
  }

  int size() {
    return gates.size();
  }

  private void scheduleSweep() {
    timers.after(
        SWEEP,
        () -> {
          gates.forEach(
              (host, known) -> gates.computeIfPresent(host, (n, g) -> g.isIdle() ? null : g));
          scheduleSweep();
        });
  }

  /**
   * Lets requests to one host through, no more at once and no faster than is polite, and none while
   * it wants to be left alone. Its own lock guards everything.
   */
  final class Gate {

    private final String host;
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    private int active;
    private boolean starting;
    private long nextStart;
    private int failures;
    private long pausedUntil;
    private FetchResult.Failed lastFailure;
    private Timers.Timer wake = () -> {};

    private Gate(String host) {
      this.host = host;
      nextStart = timers.nanos();
      pausedUntil = nextStart;
    }

    /** Takes a request into the queue; {@link #pump} must follow. */
    synchronized CompletableFuture<Turn> join(Duration interval) {
      long now = timers.nanos();
      long intervalNanos = Math.max(interval.toNanos(), politeness.interval().toNanos());
      if (pausedUntil > now) {
        return new FetchStopped(whilePaused(now)).future();
      }
      long wait = Math.max(0, nextStart - now) + waiting.size() * intervalNanos;
      if (wait > politeness.longestWait().toNanos()) {
        return new FetchStopped(later(wait)).future();
      }
      CompletableFuture<Turn> admission = new CompletableFuture<>();
      waiting.addLast(
          new Waiting(admission, intervalNanos, now + politeness.longestWait().toNanos()));
      return admission;
    }

    /** Admits or rejects every request that can be decided now. */
    void pump() {
      List<Runnable> decided = new ArrayList<>();
      synchronized (this) {
        wake.cancel();
        long now = timers.nanos();
        while (!waiting.isEmpty()) {
          Waiting head = waiting.peekFirst();
          CompletableFuture<Turn> admission = head.admission();
          if (pausedUntil <= now
              && !starting
              && active < politeness.connections()
              && nextStart <= now) {
            Turn turn = new Turn(head.intervalNanos());
            active++;
            starting = true;
            decided.add(() -> admission.complete(turn));
          } else if (pausedUntil > now || head.timeoutEnds() <= now) {
            FetchResult refusal =
                pausedUntil > now
                    ? whilePaused(now)
                    : later(Math.max(0, nextStart - now) + waiting.size() * head.intervalNanos());
            decided.add(() -> admission.completeExceptionally(new FetchStopped(refusal)));
          } else {
            long due = head.timeoutEnds();
            if (nextStart > now) {
              due = Math.min(due, nextStart);
            }
            wake = timers.after(Duration.ofNanos(due - now), this::pump);
            break;
          }
          waiting.removeFirst();
        }
      }
      decided.forEach(Runnable::run);
    }

    /** Whether nothing is lost by forgetting this host. */
    synchronized boolean isIdle() {
      long now = timers.nanos();
      return active == 0
          && waiting.isEmpty()
          && nextStart <= now
          && (failures == 0 ? pausedUntil <= now : pausedUntil + MEMORY.toNanos() <= now);
    }

    /** The right to make one request to a host; must be finished, whatever comes of it. */
    final class Turn {

      private final long intervalNanos;
      private boolean started;
      private boolean over;

      private Turn(long intervalNanos) {
        this.intervalNanos = intervalNanos;
      }

      /** The request begins now: the next one's time counts from here. */
      void started() {
        synchronized (Gate.this) {
          if (started || over) {
            return;
          }
          started = true;
          starting = false;
          nextStart = timers.nanos() + intervalNanos;
        }
        pump();
      }

      /** The request was not made, or says nothing of the host. */
      void finished() {
        synchronized (Gate.this) {
          if (over) {
            return;
          }
          over = true;
          active--;
          if (!started) {
            starting = false;
          }
        }
        pump();
      }

      /** The request has ended, and the host is well. */
      void ended() {
        synchronized (Gate.this) {
          failures = 0;
        }
        finished();
      }

      /** The request has ended, and the host is in trouble. */
      void failed(FetchResult.Failed trouble) {
        synchronized (Gate.this) {
          failures++;
          lastFailure = trouble;
          pausedUntil = Math.max(pausedUntil, timers.nanos() + pause(trouble).toNanos());
        }
        finished();
      }
    }

    private Duration pause(FetchResult.Failed failed) {
      if (!failed.retryAfter().isZero()) {
        return failed.retryAfter();
      }
      boolean throttled = failed.reason() == RejectReason.FETCH_THROTTLED;
      int before = throttled ? failures - 1 : failures - PAUSE_AFTER;
      if (before < 0) {
        return Duration.ZERO;
      }
      Duration first = throttled ? FIRST_PAUSE_OF_THROTTLED : FIRST_PAUSE;
      Duration pause = first.multipliedBy(1L << Math.min(before, 10));
      return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    private FetchResult whilePaused(long now) {
      Duration rest = Duration.ofNanos(pausedUntil - now);
      if (failures >= DOWN_AFTER) {
        return lastFailure.saying(
            "%s; it failed %d times in a row and is left alone for now"
                .formatted(lastFailure.detail(), failures),
            rest);
      }
      return new FetchResult.Postponed(atLeast(rest), host + " is left alone for " + seconds(rest));
    }

    private FetchResult later(long waitNanos) {
      Duration wait = atLeast(Duration.ofNanos(waitNanos));
      return new FetchResult.Postponed(
          wait, host + " has other requests before this for " + seconds(wait));
    }

    private static String seconds(Duration time) {
      return Math.max(1, time.toSeconds()) + " s";
    }

    private static Duration atLeast(Duration wait) {
      return wait.compareTo(LEAST_POSTPONEMENT) < 0 ? LEAST_POSTPONEMENT : wait;
    }
  }
}
