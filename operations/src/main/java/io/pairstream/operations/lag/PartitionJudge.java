package io.pairstream.operations.lag;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonMerge;
import io.pairstream.operations.lag.Judgement.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * Judges a group's progress on a partition, look by look. The same looks give the same verdicts.
 *
 * <p>Nobody knows of a group of others whether it always runs or comes once an hour. So it is not
 * said to have stopped while nobody of it is there.
 *
 * <p>There are no limits on how much may wait: what is compared are the group's own pace, its own
 * usual time between commits, and what arrives. In this order, the first that holds:
 *
 * <ol>
 *   <li>LOST: the group's place is before the log's start, and there were records in between.
 *   <li>REWIND: the group's place went back. Both are said at once, and for a while.
 *   <li>STOP, STALL: records wait, and the group has not moved on for three times as long as it
 *       usually takes; STOP where nobody is there who could. STALL too where all that is left to
 *       read is held back by a transaction that does not end.
 *   <li>AT RISK: what waits takes longer to read than the log keeps the first of it.
 *   <li>BEHIND: for a minute there was always more than the group reads in a minute, or the least
 *       that waits rises over ten.
 *   <li>UNKNOWN; STARTING in its place where something to read came a short while ago for the first
 *       time; IDLE, OK.
 * </ol>
 *
 * <p>Not thread-safe.
 */
public final class PartitionJudge {

  /** What is expected of a group. */
  enum Role {
    /** It always runs, and counts for the headline. */
    COUNTED,
    /** Its place is shown, and not judged. */
    SHOWN,
    /** Nobody has said what it is. */
    OTHER
  }

  private static final double USUAL_GAPS = 3;
  private static final int LOOKS_AT_STANDING = 3;
  private static final int LOOKS_IN_FLIGHT = 2;
  private static final int LOOKS_OF_WORK = 6;
  private static final int QUIET_LOOKS = 6;

  /** For so long LOST and REWIND are shown after it happened. */
  private static final Duration REMEMBER = Duration.ofMinutes(10);

  @JsonIgnore private final double interval;

  /**
   * Shortest time that a group stands before that is worth a word; twice that at an unknown pace.
   */
  @JsonIgnore private final double floor;

  /**
   * How long a group that nobody has said always runs may stand while it is there, as long as its
   * pace is not known; usually 5 min, the longest that a consumer may be away between two polls
   * (default of max.poll.interval.ms).
   */
  @JsonIgnore private final double stranger;

  @JsonIgnore private final Duration start;
  @JsonIgnore private final Role role;
  @JsonIgnore private final boolean alwaysOn;
  @JsonMerge private final Progress progress;
  @JsonMerge private final Baseline baseline;

  /** When this judge, not an earlier one, first saw something to read; null where it never did. */
  @JsonIgnore private Instant began;

  private Sample last;
  private LagVerdict verdict = LagVerdict.UNKNOWN;
  private Instant since;
  private LagVerdict next = LagVerdict.UNKNOWN;
  private int timesNext;

  private boolean keptUp;
  private int looksAtLag;
  private int looksBeyondEnd;

  @JsonMerge private final Setbacks setbacks;

  /**
   * A judge who has seen nothing.
   *
   * @param usual usual time between two looks
   * @param role the group's
   * @param start for how long what is not known yet is no reason to worry, once there is something
   *     to read
   */
  public PartitionJudge(Duration usual, Role role, Duration start) {
    this.role = role;
    this.start = start;
    alwaysOn = role == Role.COUNTED;
    interval = Durations.seconds(usual);
    floor = Math.max(15, LOOKS_AT_STANDING * interval);
    stranger = 30 * interval;
    progress = new Progress(LOOKS_OF_WORK * interval);
    setbacks = new Setbacks(REMEMBER, QUIET_LOOKS * interval);
    baseline = new Baseline(Math.max(60_000, (long) (LOOKS_OF_WORK * interval * 1000)));
  }

  /** Judges after one more look; a look that is no later than the last one changes nothing. */
  public Judgement judge(Sample sample) {
    if (last != null && !sample.at().isAfter(last.at())) {
      return judgement(last);
    }
    began = began == null && sample.isUnread() ? sample.at() : began;
    if (last != null && sample.startsAnew(last)) {
      forget();
    }
    if (role != Role.SHOWN && !isNew(sample)) {
      setbacks.note(last, sample);
    }
    progress.note(last, sample);
    if (sample.committed().isPresent()) {
      if (sample.lag() == 0) {
        setbacks.nothingBelow(sample.end());
      }
      baseline.add(sample.at().toEpochMilli(), sample.lag());
      looksAtLag++;
      keptUp |= sample.lag() <= progress.processing.perSecond() * inFlight();
    }
    looksBeyondEnd = sample.isBeyondEnd() ? looksBeyondEnd + 1 : 0;

    decide(firstThatHolds(sample), sample);
    last = sample;
    return judgement(sample);
  }

  /** Goes on after a restart: with all that was known, or after long with the pace alone. */
  void goOn(Instant now) {
    if (last != null && now.isAfter(last.at().plus(REMEMBER))) {
      forget();
      verdict = LagVerdict.UNKNOWN;
      since = null;
    } else if (!verdict.isAlarm()) {
      // Nobody has looked since: what starts together with the watch has not stood all the while.
      progress.standsAnew();
    }
  }

  private void forget() {
    last = null;
    keptUp = false;
    looksAtLag = 0;
    progress.forget();
    setbacks.forget();
    baseline.clear();
  }

  private LagVerdict firstThatHolds(Sample sample) {
    if (role == Role.SHOWN && sample.committed().isPresent()) {
      return sample.lag() == 0 ? LagVerdict.IDLE : LagVerdict.OK;
    }
    if (setbacks.told().isPresent()) {
      return setbacks.told().get();
    }
    if (isNew(sample)) {
      return LagVerdict.UNKNOWN;
    }
    if (sample.committed().isEmpty()) {
      return sample.isUnread() ? notYet(sample) : LagVerdict.IDLE;
    }
    if (looksBeyondEnd >= LOOKS_AT_STANDING || isAway(sample)) {
      return LagVerdict.UNKNOWN;
    }
    boolean still = standsStill(sample);
    if (still && !sample.alive()) {
      return LagVerdict.STOP;
    }
    if ((still && !sample.waitsByDesign()) || sample.isHeldBack()) {
      return LagVerdict.STALL;
    }
    if (sample.lag() == 0) {
      return progress.quietLooks >= QUIET_LOOKS ? LagVerdict.IDLE : LagVerdict.OK;
    }
    if (sample.waitsByDesign()) {
      return sample.alive() || progress.moved ? LagVerdict.OK : notYet(sample);
    }
    if (!progress.moved || (!verdict.isWorseThan(LagVerdict.UNKNOWN) && isUnread(sample))) {
      return notYet(sample);
    }
    if (isBehind(sample)) {
      return sample.isAtRisk(progress.processing.perSecond())
          ? LagVerdict.AT_RISK
          : LagVerdict.BEHIND;
    }
    return isTooEarly() ? notYet(sample) : LagVerdict.OK;
  }

  private LagVerdict notYet(Sample sample) {
    return LagVerdict.notYet(began, sample.at(), start);
  }

  /** Its topic was made anew within a minute, or its place is still that in the earlier one. */
  private boolean isNew(Sample sample) {
    return sample
        .madeAnew()
        .filter(
            then ->
                sample.isBeyondEnd()
                    || Durations.seconds(Duration.between(then, sample.at()))
                        < QUIET_LOOKS * interval)
        .isPresent();
  }

  /** Nobody of a group of others is there, which may be as usual. */
  private boolean isAway(Sample sample) {
    return !sample.present() && !alwaysOn && sample.lag() > 0;
  }

  /** It never kept up, and was not watched for long enough to say that it does not. */
  private boolean isTooEarly() {
    return !keptUp && (!progress.gap.isKnown() || looksAtLag < LOOKS_OF_WORK);
  }

  /**
   * What waits has done so for a minute in which nothing was read, and for longer than is usual;
   * the time in which nobody was there counts too.
   */
  private boolean isUnread(Sample sample) {
    double usual = Math.max(LOOKS_OF_WORK * interval, progress.gap.seconds());
    return sample.seconds().orElse(0) > usual && progress.seconds(sample.at(), true) > usual;
  }

  private double inFlight() {
    return Math.max(LOOKS_IN_FLIGHT * interval, progress.gap.seconds());
  }

  private boolean standsStill(Sample sample) {
    if (progress.looks < LOOKS_AT_STANDING) {
      return false;
    }
    boolean told = verdict == LagVerdict.STOP || verdict == LagVerdict.STALL;
    boolean starts = notYet(sample) == LagVerdict.STARTING;
    double longest =
        progress.gap.isKnown()
            ? Math.max(starts ? 2 * floor : floor, USUAL_GAPS * progress.gap.seconds())
            : alwaysOn ? 2 * floor : stranger;
    return progress.seconds(sample.at(), told) >= longest;
  }

  /**
   * More than it reads in a while has always been there lately. The while is a minute, or two of
   * its usual gaps between commits; before those are known nothing is said.
   */
  private boolean isBehind(Sample sample) {
    if (!progress.gap.isKnown()) {
      return false;
    }
    double usual = Math.max(LOOKS_OF_WORK * interval, 2 * progress.gap.seconds());
    double pace = progress.processing.perSecond();
    long least = Math.min(baseline.least(), sample.lag());
    return least > pace * usual || (baseline.rising() && least > pace * inFlight());
  }

  /** Changes the verdict once there is evidence for another one on enough looks in a row. */
  private void decide(LagVerdict found, Sample sample) {
    if (since == null || last == null) {
      become(found, sample);
      return;
    }
    if (found == verdict) {
      timesNext = 0;
      return;
    }
    timesNext = found == next ? timesNext + 1 : 1;
    next = found;
    if (isOver(sample) || timesNext >= looksNeeded(found)) {
      become(found, sample);
    }
  }

  /**
   * Whether what was said has certainly ended: who stood has moved on, who was behind has read all,
   * or the transaction that held the group back has ended.
   */
  private boolean isOver(Sample sample) {
    boolean stood = verdict == LagVerdict.STOP || verdict == LagVerdict.STALL;
    boolean isLetGo = last.isHeldBack() && !sample.isHeldBack();
    boolean hasReadAll = sample.lag() == 0 && verdict.isWorseThan(LagVerdict.UNKNOWN);
    return hasReadAll || (stood && (isLetGo || progress.looks == 0));
  }

  private int looksNeeded(LagVerdict found) {
    return switch (found) {
      case LOST, REWIND, UNKNOWN, STARTING -> 1;
      // That a group stands was seen on several looks already.
      case STOP, STALL -> verdict == LagVerdict.STOP || verdict == LagVerdict.STALL ? 2 : 1;
      case AT_RISK, BEHIND -> 3;
      case OK, IDLE -> verdict.isWorseThan(LagVerdict.UNKNOWN) ? 2 : 1;
    };
  }

  private void become(LagVerdict found, Sample sample) {
    verdict = found;
    timesNext = 0;
    since =
        switch (found) {
          case STOP, STALL -> progress.since == null ? sample.heldSince() : progress.since;
          case LOST, REWIND -> setbacks.since();
          default -> sample.at();
        };
  }

  private Judgement judgement(Sample sample) {
    boolean stands =
        (verdict == LagVerdict.STOP || verdict == LagVerdict.STALL) && !sample.isHeldBack();
    return new Judgement(
        verdict,
        since,
        kind(sample),
        stands ? sample.committed() : OptionalLong.empty(),
        progress.arrived(sample),
        setbacks.rewind,
        setbacks.lostInAll,
        progress.arrivals.known(),
        progress.processing.known(),
        progress.drain.perSecond(),
        catchUp(sample, stands));
  }

  private CatchUp catchUp(Sample sample, boolean stands) {
    if (sample.committed().isEmpty()) {
      return CatchUp.UNKNOWN;
    }
    if (sample.lag() == 0) {
      return CatchUp.NOTHING_WAITS;
    }
    if (stands) {
      return CatchUp.NEVER;
    }
    boolean isUnknown = saysNothing() || isAway(sample) || role == Role.SHOWN;
    if (isUnknown || progress.processing.looks < 2) {
      return CatchUp.UNKNOWN;
    }
    CatchUp found =
        CatchUp.of(
            sample.lag(), progress.processing.perSecond(), progress.drain.perSecond(), inFlight());
    // There is not yet enough evidence that it is behind, so there is none for this either.
    return found.isNever() && !verdict.isWorseThan(LagVerdict.UNKNOWN) ? CatchUp.UNKNOWN : found;
  }

  private boolean saysNothing() {
    return verdict == LagVerdict.UNKNOWN || verdict == LagVerdict.STARTING;
  }

  private Kind kind(Sample sample) {
    if (isNew(sample) && verdict == LagVerdict.UNKNOWN) {
      return Kind.MADE_ANEW;
    }
    if (sample.committed().isEmpty()) {
      return Kind.NEVER_COMMITTED;
    }
    if (role == Role.SHOWN) {
      return Kind.SHOWN_ONLY;
    }
    if (looksBeyondEnd >= LOOKS_AT_STANDING) {
      return Kind.BEYOND_THE_END;
    }
    if (isAway(sample) && !verdict.isWorseThan(LagVerdict.UNKNOWN)) {
      return Kind.AWAY;
    }
    if (saysNothing()) {
      return Kind.TOO_EARLY;
    }
    if (verdict == LagVerdict.STALL && sample.isHeldBack()) {
      return Kind.HELD_BACK;
    }
    return sample.waitsByDesign() ? Kind.WAITS_BY_DESIGN : Kind.USUAL;
  }
}
