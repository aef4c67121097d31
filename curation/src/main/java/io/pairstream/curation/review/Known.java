package io.pairstream.curation.review;

import io.pairstream.curation.review.Quarantine.Sought;
import io.pairstream.curation.review.ReviewDecision.Decision;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Facts about some entries of the quarantine: the receipts of their pairs, and the reviews. Reads
 * the partitions of those receipts, and the reviews, in full.
 */
final class Known {

  private final Map<String, Receipt> receipts;

  /** By id: of the entries that the receipts name, and of those that they came of. */
  private final Map<String, Review> reviews = new HashMap<>();

  private final Map<Origin, List<Review>> byEntry;

  /**
   * @param keys of the entries: pair ids, or coordinates
   */
  Known(ClusterAccess cluster, Set<String> keys) {
    try (CommittedLog log = CommittedLog.open(cluster)) {
      receipts = log.last(cluster.topics().receipts(), keys);
      keys.forEach(key -> link(key, cluster).ifPresent(receipt -> receipts.put(key, receipt)));
      Set<Origin> entries = new HashSet<>();
      Set<String> senders = new HashSet<>();
      for (Receipt receipt : receipts.values()) {
        entries.add(receipt.getOrigin());
        senders.add(receipt.getReviewId());
      }
      log.readAll(
          cluster.topics().reviews(),
          (id, read) ->
              read.filter(review -> entries.contains(review.getOrigin()) || senders.contains(id))
                  .ifPresent(review -> reviews.put(id, review)));
    }
    byEntry = reviews.values().stream().collect(Collectors.groupingBy(Review::getOrigin));
  }

  /** A link has no receipt: its entry is where it is until it is sent again. */
  private static Optional<Receipt> link(String key, ClusterAccess cluster) {
    return OriginHeader.parse(key)
        .filter(origin -> origin.getTopic().equals(cluster.topics().links().name()))
        .map(
            origin ->
                Receipt.newBuilder()
                    .setStatus(PairStatus.QUARANTINED.name())
                    .setOrigin(origin)
                    .build());
  }

  Optional<Receipt> receipt(String key) {
    return Optional.ofNullable(receipts.get(key));
  }

  /** The review that sent the record which decided where a pair is. */
  Optional<Review> sender(Receipt receipt) {
    return Optional.ofNullable(reviews.get(receipt.getReviewId()));
  }

  /** Reasons that earlier decisions waived for the record that became an entry. */
  List<String> waivedBefore(String key) {
    Optional<Receipt> receipt = receipt(key);
    return receipt
        .flatMap(this::sender)
        .filter(before -> before.getSentPairId().equals(receipt.get().getPairId()))
        .map(Review::getWaived)
        .orElse(List.of());
  }

  /** Reviews of an entry. */
  List<Review> about(Origin entry) {
    return byEntry.getOrDefault(entry, List.of());
  }

  /** A decision that sent an entry again. */
  Optional<Review> sent(Origin entry) {
    return about(entry).stream()
        .filter(review -> !review.getDecision().equals(Decision.REJECTED.name()))
        .findFirst();
  }

  /** The review where the same was decided before, and holds. */
  Optional<Review> before(Receipt receipt, ReviewDecision decided) {
    // Or it has come again since, and the request is the one that sent it.
    return Stream.concat(
            about(receipt.getOrigin()).stream(),
            sender(receipt)
                .filter(review -> review.getReviewer().equals(decided.actor().name()))
                .filter(review -> review.getComment().equals(decided.comment()))
                .stream())
        .filter(review -> review.getDecision().equals(decided.decision().name()))
        .filter(review -> decided.decision().sends() || sent(receipt.getOrigin()).isEmpty())
        .filter(review -> review.getCaption().equals(decided.caption()))
        .findFirst();
  }

  /**
   * Why an entry cannot be decided about now, if so.
   *
   * @param receipt the entry's; null where there is none
   */
  Optional<Sentence> obstacle(Receipt receipt, ReviewDecision decided) {
    if (receipt == null) {
      return Optional.of(Template.NOT_REJECTED.with());
    } else if (!receipt.getStatus().equals(PairStatus.QUARANTINED.name())) {
      return Optional.of(Template.NOT_IN_QUARANTINE.with(receipt.getStatus()));
    }
    return !decided.again()
        ? sent(receipt.getOrigin()).map(review -> said(Template.SENT_BEFORE, review))
        : Optional.empty();
  }

  /** Whether an entry is where its pair is, and may be sent. */
  boolean isOpen(Sought entry, ReviewDecision decided) {
    return receipt(entry.key())
            .filter(found -> found.getStatus().equals(PairStatus.QUARANTINED.name()))
            .filter(found -> found.getOrigin().equals(entry.origin()))
            .isPresent()
        && (decided.again() || sent(entry.origin()).isEmpty());
  }

  /** Who decided a review, and when, for a reader. */
  static Sentence said(Template template, Review review) {
    return template.with(
        review.getDecision(),
        review.getReviewer(),
        review.getReviewedAt().truncatedTo(ChronoUnit.SECONDS));
  }
}
