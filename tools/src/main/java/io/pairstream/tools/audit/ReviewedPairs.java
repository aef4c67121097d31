package io.pairstream.tools.audit;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.tools.audit.AuditReport.Difference;
import io.pairstream.tools.audit.AuditReport.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;

/**
 * Published pairs that say that a person let them in: whether one did.
 *
 * <p>A producer that may write to a raw topic can claim a review, and waive reasons with it. For
 * every such pair there must be the review, of this very pair, and it must name all that was
 * waived. Reads the reviews in full; takes about 300 bytes for each such pair.
 */
final class ReviewedPairs {

  private static final String REJECTED = "REJECTED";

  private final List<Claim> claims = new ArrayList<>();

  /** An output that names a review. */
  private record Claim(
      String reviewId, String pairId, List<String> waived, Origin origin, String site) {}

  void published(String site, PreparedPair pair) {
    if (!pair.getReviewId().isEmpty()) {
      claims.add(
          new Claim(
              pair.getReviewId(),
              pair.getPairId(),
              List.copyOf(pair.getWaived()),
              pair.getOrigin(),
              site));
    }
  }

  /**
   * Compares the claims with the reviews.
   *
   * @param betweenLooks runs before each further look for reviews that were not there
   * @param differs hears of each claim that is wrong
   */
  void check(
      ClusterAccess cluster,
      CommittedLog log,
      Admin admin,
      Runnable betweenLooks,
      Consumer<Difference> differs) {
    if (claims.isEmpty()) {
      return;
    }
    Map<String, Review> reviews = reviews(cluster, log, admin, betweenLooks);
    for (Claim claim : claims) {
      unlike(claim, reviews.get(claim.reviewId()))
          .ifPresent(what -> differs.accept(difference(claim, what)));
    }
  }

  private static Difference difference(Claim claim, String what) {
    String raw = OriginHeader.text(claim.origin());
    return new Difference(
        Kind.UNREVIEWED,
        "pair %s at %s, of the raw record %s, names review %s, %s"
            .formatted(claim.pairId(), claim.site(), raw, claim.reviewId(), what),
        claim.pairId(),
        raw);
  }

  private static Optional<String> unlike(Claim claim, Review review) {
    if (review == null) {
      return Optional.of("of which there is no record");
    }
    if (!review.getSentPairId().equals(claim.pairId()) || review.getDecision().equals(REJECTED)) {
      return Optional.of("which did not let the pair in");
    }
    Set<String> beyond = new TreeSet<>(claim.waived());
    review.getWaived().forEach(beyond::remove);
    return beyond.isEmpty()
        ? Optional.empty()
        : Optional.of("which does not waive " + String.join(", ", beyond));
  }

  /** A review becomes visible after the raw record of its own transaction, or before it. */
  private Map<String, Review> reviews(
      ClusterAccess cluster, CommittedLog log, Admin admin, Runnable betweenLooks) {
    Map<String, Review> reviews = new HashMap<>();
    Set<String> missing = claims.stream().map(Claim::reviewId).collect(Collectors.toSet());
    boolean isAllRead = false;
    for (int look = 0; look <= Audit.SECOND_LOOKS && !missing.isEmpty() && !isAllRead; look++) {
      if (look > 0) {
        betweenLooks.run();
      }
      var ends = log.ends(log.partitions(cluster.topics().reviews().name()));
      reviews.putAll(log.last(cluster.topics().reviews(), missing));
      missing.removeAll(reviews.keySet());
      isAllRead = Audit.isAllRead(admin, ends);
    }
    return reviews;
  }
}
