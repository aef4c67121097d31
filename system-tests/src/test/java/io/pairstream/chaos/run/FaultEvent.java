package io.pairstream.chaos.run;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A fault that was.
 *
 * @param number from 1, as in the plan
 * @param kind of the catalogue
 * @param words what this one did, to whom
 * @param acknowledged records acknowledged when it began
 * @param began when it struck
 * @param healed when what it took had been given back
 * @param toNextOutput from its beginning to the next committed output of any partition; empty where
 *     none came before the end
 * @param toNextOutputThere from its beginning until each of the raw partitions whose work it
 *     interrupted, and on which records waited, has an output of what was still to be done; empty
 *     where they are not known
 * @param isKill whether an instance or one broker was ended by SIGKILL
 * @param remark what else is to be said; may be empty
 */
record FaultEvent(
    int number,
    String kind,
    String words,
    long acknowledged,
    Instant began,
    Instant healed,
    Optional<Duration> toNextOutput,
    Optional<Duration> toNextOutputThere,
    boolean isKill,
    String remark) {

  /** The recovery that counts: where it is known what was interrupted, there; else anywhere. */
  Optional<Duration> recovery() {
    return toNextOutputThere.or(() -> toNextOutput);
  }

  Duration lasted() {
    return Duration.between(began, healed);
  }
}
