package io.pairstream.service.requirements;

import io.pairstream.service.requirements.ClusterFacts.Answer;
import io.pairstream.service.requirements.Finding.Area;
import java.time.Duration;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.QuorumInfo;

/**
 * Compares this machine's clock with that of the active controller, which tells its own when it
 * tells of its quorum: the leader has always fetched just now
 * (https://cwiki.apache.org/confluence/display/KAFKA/KIP-836).
 */
final class BrokerClock {

  private static final Check CHECK = Check.warning(Area.BROKERS, "clock");

  /** More than that and ages of records, due times and expiries are visibly off. */
  private static final Duration TOLERANCE = Duration.ofSeconds(5);

  private BrokerClock() {}

  static Finding look(Admin admin) {
    long before = System.currentTimeMillis();
    Answer<QuorumInfo> told = Answer.to(admin.describeMetadataQuorum().quorumInfo());
    long after = System.currentTimeMillis();
    return told.fold(
        quorum -> judge(leadersTime(quorum), before, after),
        refusal ->
            CHECK.notTold(
                "the controller does not tell its time: " + refusal,
                "give us Describe on the cluster"));
  }

  private static OptionalLong leadersTime(QuorumInfo quorum) {
    return quorum.voters().stream()
        .filter(voter -> voter.replicaId() == quorum.leaderId())
        .findFirst()
        .map(QuorumInfo.ReplicaState::lastFetchTimestamp)
        .orElse(OptionalLong.empty());
  }

  /**
   * Judges.
   *
   * @param theirs the controller's time, in milliseconds since 1970
   * @param before our time before it was asked
   * @param after our time when its answer had come
   */
  static Finding judge(OptionalLong theirs, long before, long after) {
    if (theirs.isEmpty() || theirs.getAsLong() < 0) {
      return CHECK.notTold("the controller does not tell its time", "take Kafka 4.3 or newer");
    }
    long ahead = Math.max(0, theirs.getAsLong() - after);
    long behind = Math.max(0, before - theirs.getAsLong());
    long apart = ahead + behind;
    String found =
        apart == 0
            ? "the controller's and this machine's agree to within " + (after - before) + " ms"
            : "the controller's is at least %d ms %s this machine's"
                .formatted(apart, ahead > 0 ? "ahead of" : "behind");
    return apart <= TOLERANCE.toMillis()
        ? CHECK.ok(found)
        : CHECK.fault(
            found + ": ages of records and due times are off by that",
            "less than " + TOLERANCE.toSeconds() + " s",
            "let both follow one time server: chronyc tracking, or timedatectl");
  }
}
