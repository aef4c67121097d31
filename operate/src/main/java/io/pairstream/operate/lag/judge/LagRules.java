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

/**
 * The rules by which a group's progress on a partition is judged, in their order. The first that
 * has a verdict decides; without one the group is OK.
 *
 * <p>No rule has a limit on how much may wait: each compares the group with its own pace, its own
 * usual time between commits, and what arrives.
 */
final class LagRules {

  private LagRules() {}

  static LagVerdict judge(Evidence evidence) {
    Sample sample = evidence.sample();
    if (evidence.role() == Role.SHOWN && sample.committed().isPresent()) {
      return sample.lag() == 0 ? IDLE : OK;
    }
    if (evidence.setback().isPresent()) { // LOST, then REWIND: said at once, and for a while
      return evidence.setback().get();
    }
    if (evidence.isTopicNew()) { // looks at an earlier topic of that name tell nothing
      return UNKNOWN;
    }
    if (sample.committed().isEmpty()) { // there is no lag; only an empty log needs no reader
      return sample.isUnread() ? evidence.notYet() : IDLE;
    }
    // A position beyond the log's end says nothing of what was read; a group of others may always
    // run or come once an hour: which one is unknown.
    if (evidence.isBeyondEnd() || evidence.isAway()) {
      return UNKNOWN;
    }
    if (evidence.isStuck() && !sample.alive()) { // no member could read what waits
      return STOP;
    }
    // A member is there, or a transaction holds the records.
    if ((evidence.isStuck() && !sample.waitsByDesign()) || sample.isHeldBack()) {
      return STALL;
    }
    if (sample.lag() == 0) {
      return evidence.progress().quietLooks() >= Evidence.LOOKS_OF_A_MINUTE ? IDLE : OK;
    }
    boolean hasMoved = evidence.progress().hasMoved();
    if (sample.waitsByDesign()) { // such records need a reader when they are due
      return sample.alive() || hasMoved ? OK : evidence.notYet();
    }
    // A group that was never seen to move on, or not for a minute, has no pace to judge by.
    boolean isCalm = !evidence.before().isWorseThan(UNKNOWN);
    if (!hasMoved || (isCalm && evidence.isUnread())) {
      return evidence.notYet();
    }
    if (evidence.isBehind()) { // retention may drop the first of it before
      return sample.isAtRisk(evidence.pace()) ? AT_RISK : BEHIND;
    }
    return evidence.isTooEarly() ? evidence.notYet() : OK;
  }
}
