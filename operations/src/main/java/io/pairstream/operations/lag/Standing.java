package io.pairstream.operations.lag;

import java.time.Duration;
import java.time.Instant;

/**
 * Since when a group stands before something to read, and how long it usually does. Not
 * thread-safe.
 */
final class Standing {

  private final UsualGap gap = new UsualGap();

  /** Null where it does not stand. */
  private Instant since;

  private long endThen;
  private int looks;
  private boolean moved;
  private boolean wasGone;

  /** Null where nobody is there. */
  private Instant presentSince;

  /**
   * Notes a look.
   *
   * @param last the look before; null for none
   */
  void note(Sample last, Sample sample) {
    presentSince = !sample.present() ? null : presentSince == null ? sample.at() : presentSince;
    if (sample.committed().isEmpty()) {
      since = null;
      looks = 0;
      return;
    }
    boolean isKnown = last != null && last.committed().isPresent();
    boolean movesOn = isKnown && sample.finished() > last.finished();
    boolean wentBack = isKnown && sample.committed().getAsLong() < last.committed().getAsLong();
    if (movesOn) {
      moved = true;
      if (since != null && !wasGone) {
        gap.add(Durations.seconds(Duration.between(since, sample.at())));
      }
    }
    if (sample.lag() == 0) {
      since = null;
      looks = 0;
    } else if (since == null || movesOn || wentBack) {
      since = sample.at();
      endThen = sample.end();
      looks = 0;
      wasGone = !sample.present();
    } else {
      looks++;
      wasGone |= !sample.present();
    }
  }

  /** The topic was made again, or the group's place was removed. */
  void forget() {
    since = null;
    looks = 0;
    moved = false;
  }

  /** For how many seconds it stands; of who has just come the time before does not count. */
  double seconds(Instant now, boolean countsBefore) {
    Instant from =
        presentSince != null && !countsBefore && presentSince.isAfter(since) ? presentSince : since;
    return Durations.seconds(Duration.between(from, now));
  }

  /** Since when it stands; null where it does not. */
  Instant since() {
    return since;
  }

  /** In how many looks after the first it stood where it stands. */
  int looks() {
    return looks;
  }

  /** Whether it was ever seen to move on. */
  boolean moved() {
    return moved;
  }

  /** Records that arrived since it stands. */
  long arrived(Sample now) {
    return Math.max(0, now.end() - endThen);
  }

  /** How long it usually stands, while it is there. */
  UsualGap gap() {
    return gap;
  }
}
