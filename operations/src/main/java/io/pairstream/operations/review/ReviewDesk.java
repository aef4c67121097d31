package io.pairstream.operations.review;

import io.pairstream.operations.actions.Deed;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.LastRecords;
import io.pairstream.operations.quarantine.Quarantine;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Standing;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.OriginHeader;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about pairs in quarantine by their ids.
 *
 * <p>An entry is decided about while its pair's receipt names it, and is sent again once. A request
 * that is sent again after a crash, or to another instance, does what is not done yet: decision and
 * record are committed together, and the decision's name follows from the entry. Two desks at work
 * at once: the later one goes on, the other's rest fails.
 *
 * <p>Reads one partition of the receipts and one of the reviews for each pair at most, in full, and
 * the entries by their times. Not thread-safe.
 */
public final class ReviewDesk {

  private static final Logger LOG = LoggerFactory.getLogger(ReviewDesk.class);

  private final ClusterAccess cluster;
  private final PairTopics topics;
  private final String deedName;
  private final Clock clock;

  /**
   * @param deedName how the audit trail calls what is done here: {@code quarantine.review}
   */
  public ReviewDesk(ClusterAccess cluster, String deedName, Clock clock) {
    this.cluster = cluster;
    this.topics = cluster.topics();
    this.deedName = deedName;
    this.clock = clock;
  }

  /**
   * Decides the same about some pairs.
   *
   * @param ids pair ids, or coordinates of records that could not be read
   * @return a result for each id, in their order
   * @throws KafkaException where the cluster does not answer
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   */
  public List<ReviewResult> decide(Collection<String> ids, Verdict verdict) {
    cluster.requireRegistry();
    try (DecisionLog decisions = DecisionLog.open(cluster, "review")) {
      // After the opening: whatever another desk has committed can be read by now.
      return decide(ids, verdict, Optional.of(decisions));
    }
  }

  /** What {@link #decide} would say; nothing is written, and no audit trail either. */
  public List<ReviewResult> plan(Collection<String> ids, Verdict verdict) {
    cluster.requireRegistry();
    return decide(ids, verdict, Optional.empty());
  }

  private List<ReviewResult> decide(
      Collection<String> ids, Verdict verdict, Optional<DecisionLog> decisions) {
    Set<String> asked = new LinkedHashSet<>(ids);
    try (CommittedLog log = CommittedLog.open(cluster)) {
      Map<String, Receipt> receipts = LastRecords.of(cluster, log, topics.receipts(), asked);
      Map<String, Review> reviews =
          LastRecords.of(cluster, log, topics.reviews(), reviewIds(receipts.values()));
      Batch batch = new Batch(decisions, verdict);
      for (String id : asked) {
        batch.decide(id, Optional.ofNullable(receipts.get(id)), reviews);
      }
      batch.commit();
      return List.copyOf(batch.results.values());
    }
  }

  private static Set<String> reviewIds(Collection<Receipt> receipts) {
    Set<String> ids = new HashSet<>();
    for (Receipt receipt : receipts) {
      ids.addAll(ReviewIds.sending(receipt.getOrigin()));
      ids.add(ReviewIds.of(Decision.REJECTED, receipt.getOrigin()));
      if (!receipt.getReviewId().isEmpty()) {
        ids.add(receipt.getReviewId());
      }
    }
    return ids;
  }

  /** Who decided a review, and when, for a reader. */
  static String said(Review review) {
    return review.getDecision()
        + " by "
        + review.getReviewer()
        + " on "
        + review.getReviewedAt().truncatedTo(ChronoUnit.SECONDS);
  }

  static Map<String, String> facts(Review review) {
    Map<String, String> facts = new HashMap<>();
    facts.put("decision", review.getDecision());
    facts.put("review_id", review.getReviewId());
    facts.put("origin", OriginHeader.text(review.getOrigin()));
    facts.put("reason", review.getReason());
    facts.put("sent_pair_id", review.getSentPairId());
    facts.put("waived", String.join(",", review.getWaived()));
    return facts;
  }

  /** One request's decisions on their way. */
  private final class Batch {

    /** Nowhere where it is only planned. */
    private final Optional<DecisionLog> decisions;

    private final Verdict verdict;
    private final Map<String, ReviewResult> results = new LinkedHashMap<>();

    /** What stands only once it is committed. */
    private final List<String> uncommitted = new ArrayList<>();

    Batch(Optional<DecisionLog> decisions, Verdict verdict) {
      this.decisions = decisions;
      this.verdict = verdict;
    }

    void decide(String id, Optional<Receipt> receipt, Map<String, Review> reviews) {
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      try {
        Optional<ReviewResult> before = receipt.flatMap(r -> before(id, r, reviews));
        if (before.isPresent()) {
          note(before.get(), Map.of(), now);
          return;
        }
        Receipt open = open(receipt);
        Optional<Review> last = Optional.ofNullable(reviews.get(open.getReviewId()));
        Judgement judgement =
            Judgement.of(
                topics,
                entry(id, open),
                verdict,
                reviewId(open, reviews),
                last.filter(review -> review.getSentPairId().equals(open.getPairId()))
                    .map(Review::getWaived)
                    .orElse(List.of()),
                now);
        decisions.ifPresent(taken -> taken.add(judgement));
        Review review = judgement.review();
        note(
            new ReviewResult(id, true, review.getReviewId(), review.getSentPairId(), "done"),
            facts(review),
            now);
        uncommitted.add(id);
      } catch (UndecidableException e) {
        note(ReviewResult.failed(id, e.getMessage()), Map.of(), now);
      }
      if (decisions.filter(DecisionLog::isFull).isPresent()) {
        commit();
      }
    }

    void commit() {
      try {
        decisions.ifPresent(DecisionLog::commit);
      } catch (KafkaException | IllegalStateException e) {
        LOG.warn("decisions were not taken", e);
        uncommitted.forEach(id -> results.put(id, ReviewResult.failed(id, notTaken(e))));
      }
      uncommitted.clear();
    }

    private String notTaken(RuntimeException e) {
      return e instanceof ProducerFencedException
          ? "somebody else decides at the same time; ask again"
          : "Kafka did not take it, ask again: " + e.getMessage();
    }

    private void note(ReviewResult result, Map<String, String> facts, Instant now) {
      results.put(result.id(), result);
      Map<String, String> all = new HashMap<>(facts);
      all.put("decision", verdict.decision().name());
      all.put("comment", verdict.comment());
      Deed.Outcome outcome = result.done() ? Deed.Outcome.DONE : Deed.Outcome.REFUSED;
      Deed deed = new Deed(deedName, result.id(), outcome, result.detail(), all);
      decisions.ifPresent(taken -> taken.add(deed.by(verdict.actor(), now)));
    }

    /** The result where the same was decided before. */
    private Optional<ReviewResult> before(String id, Receipt receipt, Map<String, Review> reviews) {
      if (verdict.again()) {
        return Optional.empty();
      }
      return Optional.ofNullable(reviews.get(ReviewIds.of(verdict.decision(), receipt.getOrigin())))
          .filter(this::isSame)
          .or(
              () ->
                  // It has come again since, and the request is the one that sent it.
                  Optional.ofNullable(reviews.get(receipt.getReviewId()))
                      .filter(this::isSame)
                      .filter(review -> review.getReviewer().equals(verdict.actor().name()))
                      .filter(review -> review.getComment().equals(verdict.comment())))
          .map(
              review ->
                  new ReviewResult(
                      id,
                      true,
                      review.getReviewId(),
                      review.getSentPairId(),
                      "was " + said(review)));
    }

    private boolean isSame(Review review) {
      return review.getDecision().equals(verdict.decision().name())
          && review.getCaption().equals(verdict.caption());
    }

    private Receipt open(Optional<Receipt> receipt) throws UndecidableException {
      if (receipt.isEmpty()) {
        throw new UndecidableException(
            "no pair of that id was turned away; links that failed come again by pairstream fetch"
                + " retry");
      }
      if (!receipt.get().getStanding().equals(Standing.QUARANTINED.name())) {
        throw new UndecidableException("it is not in quarantine: " + receipt.get().getStanding());
      }
      return receipt.get();
    }

    private String reviewId(Receipt receipt, Map<String, Review> reviews)
        throws UndecidableException {
      String id = ReviewIds.of(verdict.decision(), receipt.getOrigin());
      Optional<Review> sent =
          ReviewIds.sending(receipt.getOrigin()).stream()
              .map(reviews::get)
              .filter(Objects::nonNull)
              .findFirst();
      if (!verdict.decision().sends() || sent.isEmpty()) {
        return id;
      }
      if (verdict.again()) {
        return ReviewIds.sendingOnceMore();
      }
      throw new UndecidableException("it was sent again before: " + said(sent.get()));
    }

    private QuarantineEntry entry(String id, Receipt receipt) throws UndecidableException {
      Origin origin = receipt.getOrigin();
      return new Quarantine(cluster)
          .entryOf(id, origin, receipt.getDecidedAt())
          .orElseThrow(
              () -> new UndecidableException("its entry is no longer on the quarantine topic"));
    }
  }
}
