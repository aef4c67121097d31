package io.pairstream.operations.review;

import io.pairstream.operations.actions.CountedEvents;
import io.pairstream.operations.cluster.ClusterAccess;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Decides about pairs in quarantine, by their ids or by what they were rejected for, and sends
 * links that failed again.
 *
 * <p>An entry is decided about while its pair's receipt names it, and is sent again once. A request
 * that is sent again after a crash, or to another instance, does what is not done yet: decision and
 * record are committed together. Of an entry that two desks send at the same moment the topology
 * lets one record in.
 *
 * <p>Reads the receipts' partitions that the pairs are on, the reviews, and the entries by their
 * times; of a selection the whole quarantine, and takes some 600 bytes for each entry that is
 * meant. Not thread-safe.
 */
public final class ReviewDesk {

  private final ClusterAccess cluster;
  private final String eventName;
  private final Clock clock;
  private final Function<ClusterAccess, DecisionLog> opening;
  private final CountedEvents counted;

  /**
   * @param eventName how the audit trail calls what is done here: {@code quarantine.review}
   */
  public ReviewDesk(ClusterAccess cluster, String eventName, Clock clock) {
    this(cluster, eventName, clock, DecisionLog::open);
  }

  /**
   * @param opening opens the log of decisions
   */
  ReviewDesk(
      ClusterAccess cluster,
      String eventName,
      Clock clock,
      Function<ClusterAccess, DecisionLog> opening) {
    this.cluster = cluster;
    this.opening = opening;
    this.eventName = eventName;
    this.clock = clock;
    this.counted = new CountedEvents(clock);
  }

  /**
   * Which entries of the quarantine are meant.
   *
   * @param reason only with this reason
   * @param source only of this kind of source, or of this contributor
   * @param limit so many at most, the oldest first; at least 1
   */
  public record Selection(Optional<String> reason, Optional<String> source, int limit) {

    /**
     * @throws IllegalArgumentException for a limit below 1
     */
    public Selection {
      if (limit < 1) {
        throw new IllegalArgumentException("limit must be at least 1, was " + limit);
      }
    }
  }

  /**
   * What became of a selection, or would.
   *
   * @param sent what was sent again
   * @param left left alone: beyond the limit, and the next to be sent
   * @param skipped left alone: sent again or decided anew before, or nothing that can be sent
   * @param reasons those that were sent, by reason
   */
  public record Report(long sent, long left, long skipped, Map<String, Long> reasons) {}

  /**
   * Decides the same about some pairs.
   *
   * @param ids pair ids, or coordinates of links and of records that could not be read
   * @param planOnly only says what would become of it, and writes nothing
   * @return a result for each id, in their order
   * @throws org.apache.kafka.common.KafkaException where the cluster does not answer
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   */
  public List<ReviewResult> decide(Collection<String> ids, Verdict verdict, boolean planOnly) {
    cluster.requireRegistry();
    try (DecisionLog decisions = planOnly ? null : opening.apply(cluster)) {
      return request(verdict, decisions, "", sent -> {}).decide(ids);
    }
  }

  /**
   * Sends a selection again, after a recipe has changed, or because somebody lets it in. The
   * outcome of a replay is not replayed in its turn, unless it is asked for.
   *
   * @param verdict replayed or accepted
   * @param planOnly only says what would become of it, and writes nothing
   * @param progress hears how many were sent so far, after each commit
   * @throws org.apache.kafka.common.KafkaException where the cluster does not take it; what was
   *     sent before stands, and the same call goes on with the rest
   */
  public Report replay(
      Selection selection, Verdict verdict, boolean planOnly, LongConsumer progress) {
    cluster.requireRegistry();
    try (DecisionLog decisions = planOnly ? null : opening.apply(cluster)) {
      return request(verdict, decisions, UUID.randomUUID().toString(), progress).replay(selection);
    }
  }

  private ReviewRequest request(
      Verdict verdict, DecisionLog decisions, String run, LongConsumer progress) {
    return new ReviewRequest(
        new ReviewRequest.Trail(eventName, clock, counted),
        cluster,
        verdict,
        Optional.ofNullable(decisions),
        run,
        progress);
  }
}
