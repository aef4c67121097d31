package io.pairstream.operations.audit;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.operations.cluster.LastRecords;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Published pairs that say that a person let them in: whether one did.
 *
 * <p>Whoever may write to a raw topic can claim a review, and waive reasons with it. For every such
 * pair there must be the review, of this very pair, and it must name all that its raw record
 * waived. Reads the reviews in full and the raw record of each such pair; takes about 300 bytes for
 * each.
 */
final class ReviewedPairs {

  private static final String REJECTED = "REJECTED";

  private final List<Claim> claims = new ArrayList<>();

  /** An output that names a review. */
  private record Claim(String reviewId, String pairId, Origin origin, String site) {}

  void published(String site, PreparedPair pair) {
    if (!pair.getReviewId().isEmpty()) {
      claims.add(new Claim(pair.getReviewId(), pair.getPairId(), pair.getOrigin(), site));
    }
  }

  /**
   * Compares the claims with the reviews.
   *
   * @param lookUp for single records
   * @param differs hears, in a sentence, of each claim that is wrong
   */
  void check(
      ClusterAccess cluster, CommittedLog log, CommittedLog lookUp, Consumer<String> differs) {
    if (claims.isEmpty()) {
      return;
    }
    Set<String> ids = claims.stream().map(Claim::reviewId).collect(Collectors.toSet());
    Map<String, Review> reviews = LastRecords.of(cluster, log, cluster.topics().reviews(), ids);
    Set<TopicPartition> raw = new HashSet<>();
    cluster.topics().rawNames().forEach(topic -> raw.addAll(log.partitions(topic)));
    Map<TopicPartition, Stretch> kept = log.everything(raw);
    for (Claim claim : claims) {
      String names = claim.site() + " names review " + claim.reviewId() + ", ";
      Review review = reviews.get(claim.reviewId());
      if (review == null) {
        differs.accept(names + "of which there is no record");
      } else if (!review.getSentPairId().equals(claim.pairId())
          || review.getDecision().equals(REJECTED)) {
        differs.accept(names + "which did not let pair " + claim.pairId() + " in");
      } else {
        waivedBeyond(claim, review, lookUp, kept).ifPresent(what -> differs.accept(names + what));
      }
    }
  }

  /** What the raw record says that the review does not; nothing where it is kept no longer. */
  private static Optional<String> waivedBeyond(
      Claim claim, Review review, CommittedLog lookUp, Map<TopicPartition, Stretch> kept) {
    Origin origin = claim.origin();
    TopicPartition partition = new TopicPartition(origin.getTopic(), origin.getPartition());
    Stretch all = kept.get(partition);
    if (all == null || origin.getOffset() < all.from() || origin.getOffset() >= all.to()) {
      return Optional.empty();
    }
    List<Optional<Replay>> found = new ArrayList<>();
    lookUp.read(
        Map.of(partition, new Stretch(origin.getOffset(), origin.getOffset() + 1)),
        record -> {
          found.add(Replay.read(record.headers()));
          return false;
        });
    if (found.isEmpty()) {
      return Optional.empty(); // that it is missing is another difference
    }
    Optional<Replay> replay = found.get(0);
    if (replay.filter(says -> says.reviewId().equals(claim.reviewId())).isEmpty()) {
      return Optional.of("and its raw record " + OriginHeader.text(origin) + " does not");
    }
    Set<String> beyond = new TreeSet<>(replay.get().waived());
    review.getWaived().forEach(beyond::remove);
    return beyond.isEmpty()
        ? Optional.empty()
        : Optional.of("which does not waive " + String.join(", ", beyond));
  }
}
