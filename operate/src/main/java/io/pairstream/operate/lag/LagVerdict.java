package io.pairstream.operate.lag;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import java.time.Duration;
import java.time.Instant;

/** The verdict on a group's progress on a partition; the worst come first. */
public enum LagVerdict {
  /** Records left the log before the group read them. */
  LOST,

  /** The group went back, and reads again what it has read. */
  REWIND,

  /** Records wait, the group does not move on, and has no member that could read them. */
  STOP,

  /**
   * Records wait and the group does not move on, although its members are there; or a transaction
   * that does not end keeps all that is left from it.
   */
  STALL,

  /** At this rate records leave the log before the group reads them. */
  AT_RISK,

  /** The group moves on, but so much waits that it takes a while, or it becomes ever more. */
  BEHIND,

  /**
   * Too little is known: the group never committed, or has read nothing of what waits for a minute.
   */
  @JsonEnumDefaultValue
  UNKNOWN,

  /** Nothing is wrong so far, and what begins, the group or the watch, is not over yet. */
  STARTING,

  /** The group keeps up with what arrives. */
  OK,

  /** Nothing waits and nothing arrives. */
  IDLE;

  /** How many looks in a row must find it before it is said. */
  public int looks() {
    return this == AT_RISK || this == BEHIND ? 3 : 1;
  }

  /** As people read it: {@code AT RISK}. */
  public String words() {
    return name().replace('_', ' ');
  }

  /** Whether an operator must act. */
  public boolean isAlarm() {
    return compareTo(AT_RISK) <= 0;
  }

  /** Whether the group has lost records or its place: LOST and REWIND. */
  public boolean isSetback() {
    return compareTo(REWIND) <= 0;
  }

  /** Whether the group does not move on though records wait: STOP and STALL. */
  public boolean isStuck() {
    return this == STOP || this == STALL;
  }

  /**
   * The verdict while too little is known: STARTING for a while from the first time, then UNKNOWN.
   *
   * @param first when there was something to judge for the first time
   */
  public static LagVerdict notYet(Instant first, Instant now, Duration start) {
    return now.isBefore(first.plus(start)) ? STARTING : UNKNOWN;
  }

  /** Whether this verdict is worse than another. */
  public boolean isWorseThan(LagVerdict other) {
    return compareTo(other) < 0;
  }
}
