package io.pairstream.operate.lag.judge;

import static io.pairstream.operate.lag.LagVerdict.AT_RISK;
import static io.pairstream.operate.lag.LagVerdict.BEHIND;
import static io.pairstream.operate.lag.LagVerdict.IDLE;
import static io.pairstream.operate.lag.LagVerdict.OK;
import static io.pairstream.operate.lag.LagVerdict.STALL;
import static io.pairstream.operate.lag.LagVerdict.STOP;
import static io.pairstream.operate.lag.LagVerdict.UNKNOWN;

import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.judge.PartitionJudge.Role;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The rules by which a group's progress on a partition is judged, in their order. The first that
 * has a verdict decides; without one the group is OK.
 *
 * <p>No rule has a limit on how much may wait: each compares the group with its own pace, its own
 * usual time between commits, and what arrives.
 */
final class LagRules {

  private static final List<Function<Evidence, Optional<LagVerdict>>> IN_ORDER =
      List.of(
          LagRules::onlyShown,
          LagRules::lostOrRewound,
          LagRules::topicMadeAnew,
          LagRules::neverCommitted,
          LagRules::beyondTheEnd,
          LagRules::away,
          LagRules::stopped,
          LagRules::stalled,
          LagRules::readToTheEnd,
          LagRules::leftUntilDue,
          LagRules::nothingRead,
          LagRules::behind,
          LagRules::watchedTooShortly);

  private LagRules() {}

  static LagVerdict judge(Evidence evidence) {
    return IN_ORDER.stream().flatMap(rule -> rule.apply(evidence).stream()).findFirst().orElse(OK);
  }

  /** A group whose position is shown and not judged is never in trouble. */
  private static Optional<LagVerdict> onlyShown(Evidence evidence) {
    return when(
        evidence.role() == Role.SHOWN && evidence.sample().committed().isPresent(),
        evidence.sample().lag() == 0 ? IDLE : OK);
  }

  /** LOST, then REWIND: both are said at once, and for a while. */
  private static Optional<LagVerdict> lostOrRewound(Evidence evidence) {
    return evidence.setback();
  }

  /** Looks at an earlier topic of that name tell nothing of the new one. */
  private static Optional<LagVerdict> topicMadeAnew(Evidence evidence) {
    return when(evidence.isTopicNew(), UNKNOWN);
  }

  /** Without a position there is no lag; only an empty log needs no reader. */
  private static Optional<LagVerdict> neverCommitted(Evidence evidence) {
    return when(
        evidence.sample().committed().isEmpty(),
        evidence.sample().isUnread() ? evidence.notYet() : IDLE);
  }

  /** A position beyond the log's end says nothing of what was read. */
  private static Optional<LagVerdict> beyondTheEnd(Evidence evidence) {
    return when(evidence.isBeyondEnd(), UNKNOWN);
  }

  /** A group of others may always run or come once an hour: which one is unknown. */
  private static Optional<LagVerdict> away(Evidence evidence) {
    return when(evidence.isAway(), UNKNOWN);
  }

  /** Records wait for longer than usual, and the group has no member that could read them. */
  private static Optional<LagVerdict> stopped(Evidence evidence) {
    return when(evidence.isStuck() && !evidence.sample().alive(), STOP);
  }

  /** Records wait for longer than usual although a member is there, or a transaction holds them. */
  private static Optional<LagVerdict> stalled(Evidence evidence) {
    Sample sample = evidence.sample();
    return when((evidence.isStuck() && !sample.waitsByDesign()) || sample.isHeldBack(), STALL);
  }

  /** Nothing waits; after a minute in which nothing arrived the group is IDLE. */
  private static Optional<LagVerdict> readToTheEnd(Evidence evidence) {
    return when(
        evidence.sample().lag() == 0,
        evidence.quietLooks() >= Evidence.LOOKS_OF_A_MINUTE ? IDLE : OK);
  }

  /** Records that wait by design need a reader when they are due. */
  private static Optional<LagVerdict> leftUntilDue(Evidence evidence) {
    Sample sample = evidence.sample();
    return when(
        sample.waitsByDesign(), sample.alive() || evidence.hasMoved() ? OK : evidence.notYet());
  }

  /** A group that was never seen to move on, or not for a minute, has no pace to judge by. */
  private static Optional<LagVerdict> nothingRead(Evidence evidence) {
    boolean isCalm = !evidence.before().isWorseThan(UNKNOWN);
    return when(!evidence.hasMoved() || (isCalm && evidence.isUnread()), evidence.notYet());
  }

  /** There is more than the group reads; AT RISK where retention drops the first of it before. */
  private static Optional<LagVerdict> behind(Evidence evidence) {
    return when(
        evidence.isBehind(), evidence.sample().isAtRisk(evidence.pace()) ? AT_RISK : BEHIND);
  }

  /** A few looks at a group that has not kept up yet tell nothing. */
  private static Optional<LagVerdict> watchedTooShortly(Evidence evidence) {
    return when(evidence.isTooEarly(), evidence.notYet());
  }

  private static Optional<LagVerdict> when(boolean holds, LagVerdict verdict) {
    return holds ? Optional.of(verdict) : Optional.empty();
  }
}
