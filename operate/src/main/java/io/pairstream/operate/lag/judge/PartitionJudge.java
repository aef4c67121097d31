package io.pairstream.operate.lag.judge;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonMerge;
import io.pairstream.operate.lag.CatchUp;
import io.pairstream.operate.lag.Durations;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.judge.Judgement.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * Judges a group's progress on a partition, look by look: {@link LagRules} give a verdict to each
 * look, which is said once there is evidence for it on enough looks in a row. The same looks give
 * the same verdicts.
 *
 * <p>Not thread-safe.
 */
public final class PartitionJudge {

  /** Expectation of a group. */
  public enum Role {
    /** The group always runs, and counts for the headline. */
    COUNTED,
    /** The group's place is shown, and not judged. */
    SHOWN,
    /** The group need not always run. */
    OTHER
  }

  /** For so long LOST and REWIND are shown after it happened. */
  private static final Duration REMEMBER = Duration.ofMinutes(10);

  @JsonIgnore private final double interval;
  @JsonIgnore private final Duration start;
  @JsonIgnore private final Role role;
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
    interval = Durations.seconds(usual);
    double minute = Evidence.LOOKS_OF_A_MINUTE * interval;
    progress = new Progress(minute);
    setbacks = new Setbacks(REMEMBER, minute);
    baseline = new Baseline(Math.max(60_000, (long) (minute * 1000)));
  }

  /** Judges after one more look; a look that is no later than the last one changes nothing. */
  public Judgement judge(Sample sample) {
    if (last != null && !sample.at().isAfter(last.at())) {
      return judgement(evidence(last));
    }
    began = began == null && sample.isUnread() ? sample.at() : began;
    if (last != null && sample.startsAnew(last)) {
      forget();
    }
    if (role != Role.SHOWN && !sample.isTopicNew(Evidence.LOOKS_OF_A_MINUTE * interval)) {
      setbacks.note(last, sample);
    }
    progress.note(last, sample);
    if (sample.committed().isPresent()) {
      if (sample.lag() == 0) {
        setbacks.noteNothingBelow(sample.end());
      }
      baseline.add(sample.at().toEpochMilli(), sample.lag());
      looksAtLag++;
      double pace = progress.processing().perSecond();
      keptUp |= sample.lag() <= pace * progress.inFlightSeconds(interval);
    }
    looksBeyondEnd = sample.isBeyondEnd() ? looksBeyondEnd + 1 : 0;

    Evidence evidence = evidence(sample);
    decide(LagRules.judge(evidence), sample);
    last = sample;
    return judgement(evidence);
  }

  private Evidence evidence(Sample sample) {
    return new Evidence(
        sample,
        role,
        interval,
        verdict,
        began == null ? LagVerdict.UNKNOWN : LagVerdict.notYet(began, sample.at(), start),
        setbacks.verdict(),
        looksBeyondEnd,
        progress,
        baseline,
        keptUp,
        looksAtLag);
  }

  /** Goes on after a restart: with all that was known, or after long with the pace alone. */
  public void goOn(Instant now) {
    if (last != null && now.isAfter(last.at().plus(REMEMBER))) {
      forget();
      verdict = LagVerdict.UNKNOWN;
      since = null;
    } else if (!verdict.isAlarm()) {
      // It was not watched since: what starts together with the watch has not stood all the while.
      progress.forgetPause();
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
    boolean isLetGo = last.isHeldBack() && !sample.isHeldBack();
    boolean hasMovedOn = progress.pause(sample.at()).filter(each -> each.looks() > 0).isEmpty();
    boolean hasReadAll = sample.lag() == 0 && verdict.isWorseThan(LagVerdict.UNKNOWN);
    return hasReadAll || (verdict.isStuck() && (isLetGo || hasMovedOn));
  }

  private int looksNeeded(LagVerdict found) {
    boolean isDoubtful =
        found.isStuck()
            ? verdict.isStuck()
            : !found.isWorseThan(LagVerdict.OK) && verdict.isWorseThan(LagVerdict.UNKNOWN);
    return isDoubtful ? 2 : found.looks();
  }

  private void become(LagVerdict found, Sample sample) {
    verdict = found;
    timesNext = 0;
    since =
        found.isStuck()
            ? progress.pausesSince().orElseGet(sample::heldSince)
            : found.isSetback() ? setbacks.since() : sample.at();
  }

  private Judgement judgement(Evidence evidence) {
    Sample sample = evidence.sample();
    boolean isStuck = verdict.isStuck() && !sample.isHeldBack();
    return new Judgement(
        verdict,
        since,
        kind(evidence),
        isStuck ? sample.committed() : OptionalLong.empty(),
        progress.arrivedInPause(sample),
        setbacks.rewind(),
        setbacks.lostInAll(),
        progress.arrivals().known(),
        progress.processing().known(),
        progress.drain().perSecond(),
        catchUp(evidence, isStuck));
  }

  private CatchUp catchUp(Evidence evidence, boolean isStuck) {
    Sample sample = evidence.sample();
    if (sample.committed().isEmpty()) {
      return CatchUp.UNKNOWN;
    }
    if (sample.lag() == 0) {
      return CatchUp.NOTHING_WAITS;
    }
    if (isStuck) {
      return CatchUp.NEVER;
    }
    boolean isUnknown = saysNothing() || evidence.isAway() || role == Role.SHOWN;
    if (isUnknown || progress.processing().looks() < 2) {
      return CatchUp.UNKNOWN;
    }
    double inFlight = progress.inFlightSeconds(interval);
    CatchUp found =
        CatchUp.of(sample.lag(), evidence.pace(), progress.drain().perSecond(), inFlight);
    // There is not yet enough evidence that it is behind, so there is none for this either.
    return found.isNever() && !verdict.isWorseThan(LagVerdict.UNKNOWN) ? CatchUp.UNKNOWN : found;
  }

  private boolean saysNothing() {
    return verdict == LagVerdict.UNKNOWN || verdict == LagVerdict.STARTING;
  }

  private Kind kind(Evidence evidence) {
    Sample sample = evidence.sample();
    if (evidence.isTopicNew() && verdict == LagVerdict.UNKNOWN) {
      return Kind.MADE_ANEW;
    }
    if (sample.committed().isEmpty()) {
      return Kind.NEVER_COMMITTED;
    }
    if (role == Role.SHOWN) {
      return Kind.SHOWN_ONLY;
    }
    if (evidence.isBeyondEnd()) {
      return Kind.BEYOND_THE_END;
    }
    if (evidence.isAway() && !verdict.isWorseThan(LagVerdict.UNKNOWN)) {
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
