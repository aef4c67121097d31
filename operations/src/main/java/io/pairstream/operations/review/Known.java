package io.pairstream.operations.review;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.LastRecords;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is known of some entries of the quarantine: the receipts of their pairs, and the reviews.
 * Reads the partitions of those receipts, and the reviews, in full.
 */
final class Known {

  private final Map<String, Receipt> receipts;

  /** By id: of the entries that the receipts name, and of those that they came of. */
  private final Map<String, Review> reviews = new HashMap<>();

  private final Map<Origin, List<Review>> byEntry;

  /**
   * @param keys of the entries: pair ids, or coordinates
   */
  Known(ClusterAccess cluster, CommittedLog log, Set<String> keys) {
    receipts = LastRecords.of(cluster, log, cluster.topics().receipts(), keys);
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
    byEntry = reviews.values().stream().collect(Collectors.groupingBy(Review::getOrigin));
  }

  Optional<Receipt> receipt(String key) {
    return Optional.ofNullable(receipts.get(key));
  }

  /** The review that sent the record which decided where a pair is. */
  Optional<Review> sender(Receipt receipt) {
    return Optional.ofNullable(reviews.get(receipt.getReviewId()));
  }

  /** What was decided about an entry. */
  List<Review> about(Origin entry) {
    return byEntry.getOrDefault(entry, List.of());
  }

  /** A decision that sent an entry again. */
  Optional<Review> sent(Origin entry) {
    return about(entry).stream()
        .filter(review -> !review.getDecision().equals(Decision.REJECTED.name()))
        .findFirst();
  }
}
