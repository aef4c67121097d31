package io.pairstream.platform;

import io.pairstream.service.requirements.Machine;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Follows a process that starts, or works: what is to be said of its start, and whether it still
 * gets on. Used by one thread.
 */
final class StartWatch {

  /** Time that a process waits before it is said what for. */
  static final Duration SAID_AFTER = Duration.ofSeconds(5);

  /** A virtual machine takes that long until it says anything, on a machine that is not busy. */
  static final Duration SILENT_FOR = Duration.ofSeconds(20);

  /**
   * A process that answers nothing gets on where it has more than this part of a processor. One of
   * 200 on two processors gets a hundredth, one that hangs less than a thousandth.
   */
  private static final int LEAST_SHARE = 400;

  /** Obstacle of a process that answers nothing. */
  static final String SILENT = "it does not answer yet";

  private final String name;
  private final Machine machine;
  private final LongSupplier clock;
  private final LongSupplier processorNanos;
  private final long standsStillNanos;
  private final long begun;

  private String waitsFor = "";
  private long waitsSince;
  private boolean isSaid;

  /** Nanoseconds after the start, from when on a wait is said once more. */
  private long sayAgainAt;

  private long lookedAt;
  private long processorThen;

  /**
   * @param clock nanoseconds as {@link System#nanoTime} counts them
   * @param processorNanos processor time that the process has had, in nanoseconds
   * @param standsStillAfter how long one that answers nothing may go without any processor time
   */
  StartWatch(
      String name,
      Machine machine,
      LongSupplier clock,
      LongSupplier processorNanos,
      Duration standsStillAfter) {
    this.name = name;
    this.machine = machine;
    this.clock = clock;
    this.processorNanos = processorNanos;
    this.standsStillNanos = standsStillAfter.toNanos();
    begun = clock.getAsLong();
    lookedAt = begun;
    processorThen = processorNanos.getAsLong();
  }

  /**
   * Notes how the process is now.
   *
   * @param reason what it waits for, as it says itself; null where it does not answer
   * @return a sentence that is to be said now, if any: what is new, and what lasts at ever longer
   *     intervals
   */
  Optional<String> note(String reason) {
    long now = clock.getAsLong();
    if (reason != null) {
      noteAnswer();
    }
    String what = reason == null ? SILENT : reason;
    if (!what.equals(waitsFor)) {
      waitsFor = what;
      waitsSince = now;
      isSaid = false;
    }
    Duration enough = reason == null ? SILENT_FOR : SAID_AFTER;
    boolean isNew = !isSaid && now - waitsSince >= enough.toNanos();
    if (!isNew && !(isSaid && now - begun >= sayAgainAt)) {
      return Optional.empty();
    }
    isSaid = true;
    sayAgainAt = 2 * (now - begun);
    return Optional.of(
        "%s is not ready after %d s: %s%s"
            .formatted(
                name,
                Duration.ofNanos(now - begun).toSeconds(),
                what,
                isNew ? machine.trouble().map(trouble -> "; " + trouble).orElse("") : ""));
  }

  /** Notes that the process answers, whatever it says. */
  void noteAnswer() {
    lookedAt = clock.getAsLong();
    processorThen = processorNanos.getAsLong();
  }

  /** Whether the process answers nothing and has had no processor time to speak of for long. */
  boolean standsStill() {
    long now = clock.getAsLong();
    if (now - lookedAt < standsStillNanos) {
      return false;
    }
    long processor = processorNanos.getAsLong();
    boolean stands = processor - processorThen < (now - lookedAt) / LEAST_SHARE;
    lookedAt = now;
    processorThen = processor;
    return stands;
  }
}
