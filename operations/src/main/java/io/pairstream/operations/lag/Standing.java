package io.pairstream.operations.lag;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

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

  /**
   * How long something usually takes, such as a group from one commit that moves on to the next
   * while records wait. One long stop does not make the next one usual: what counts is the ninth
   * decile of the last 16. Not thread-safe.
   */
  public static final class UsualGap {

    private static final int KEPT = 16;
    private static final int ENOUGH = 4;

    private final float[] gaps = new float[KEPT];
    private int count;

    /** Notes how long it took, in seconds. */
    public void add(double seconds) {
      gaps[count % KEPT] = (float) seconds;
      count++;
    }

    /** Whether it was seen often enough to say what is usual. */
    public boolean isKnown() {
      return count >= ENOUGH;
    }

    /** The usual gap in seconds; 0 where it is not known. */
    public double seconds() {
      if (!isKnown()) {
        return 0;
      }
      float[] sorted = Arrays.copyOf(gaps, Math.min(count, KEPT));
      Arrays.sort(sorted);
      return sorted[(sorted.length - 1) * 9 / 10];
    }
  }
}
