package io.pairstream.operations.lag;

import java.time.Duration;
import java.time.Instant;

/** Since when a group has members, and for how long it usually has none. Not thread-safe. */
final class Presence {

  private final double stranger;
  private final UsualGap away = new UsualGap(1);
  private Instant since;
  private Instant absentSince;
  private boolean resident;

  /**
   * @param stranger for so many seconds a group must be there before it seems to run always
   */
  Presence(double stranger) {
    this.stranger = stranger;
  }

  /**
   * Notes a look.
   *
   * @param last the look before; null for none
   */
  void note(Sample last, Sample sample) {
    if (sample.present()) {
      if (absentSince != null) {
        away.add(Durations.seconds(Duration.between(absentSince, sample.at())));
        absentSince = null;
      }
      if (since == null) {
        since = sample.at();
      }
      resident |= Durations.seconds(Duration.between(since, sample.at())) >= stranger;
      return;
    }
    since = null;
    boolean cameBetweenLooks = last != null && sample.finished() > last.finished();
    if (absentSince != null && cameBetweenLooks) {
      away.add(Durations.seconds(Duration.between(absentSince, sample.at())));
    }
    if (absentSince == null || cameBetweenLooks) {
      absentSince = sample.at();
    }
  }

  /** Since when it has members; null where it has none. */
  Instant since() {
    return since;
  }

  /** Whether it was ever there for so long that it seems to run always. */
  boolean isResident() {
    return resident;
  }

  /** How long it usually has no members. */
  UsualGap away() {
    return away;
  }
}
