package io.pairstream.operations.review;

import io.pairstream.operations.actions.AuditEvent;
import io.pairstream.operations.actions.CountedEvents;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.LastRecords;
import io.pairstream.operations.quarantine.Quarantine;
import io.pairstream.operations.quarantine.Quarantine.Sought;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.operations.sentence.Template;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about pairs in quarantine by their ids.
 *
 * <p>An entry is decided about while its pair's receipt names it, and is sent again once. A request
 * that is sent again after a crash, or to another instance, does what is not done yet: decision and
 * record are committed together, and the decision's name follows from the entry. Where others
 * decide at the same time, both take turns, and each reads what the other has decided.
 *
 * <p>Reads the partitions of the receipts and of the reviews that the pairs are on, each once and
 * in full, and the entries by their times. Not thread-safe.
 */
public final class ReviewDesk {

  private static final Logger LOG = LoggerFactory.getLogger(ReviewDesk.class);

  /**
   * A replay of many waits longer after each turn that it loses; in the end this one is through.
   */
  private static final int MOST_TURNS = 6;

  private final ClusterAccess cluster;
  private final PairTopics topics;
  private final String eventName;
  private final Clock clock;
  private final Function<ClusterAccess, DecisionLog> takeTurn;
  private final CountedEvents counted;

  /**
   * @param eventName how the audit trail calls what is done here: {@code quarantine.review}
   */
  public ReviewDesk(ClusterAccess cluster, String eventName, Clock clock) {
    this(cluster, eventName, clock, DecisionLog::open);
  }

  /**
   * @param takeTurn opens the log of decisions
   */
  ReviewDesk(
      ClusterAccess cluster,
      String eventName,
      Clock clock,
      Function<ClusterAccess, DecisionLog> takeTurn) {
    this.cluster = cluster;
    this.takeTurn = takeTurn;
    this.topics = cluster.topics();
    this.eventName = eventName;
    this.clock = clock;
    this.counted = new CountedEvents(clock);
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
    Request request = new Request(ids, verdict);
    for (int turn = 1; turn <= MOST_TURNS && request.isUnsettled(); turn++) {
      try (DecisionLog decisions = takeTurn.apply(cluster)) {
        // After the opening: whatever others have committed can be read by now.
        request.decide(Optional.of(decisions));
      } catch (CommitException e) {
        LOG.warn("decisions are looked at once more", e);
      } catch (KafkaException | RegistryUnavailableException e) {
        if (turn == 1) {
          throw e;
        }
        LOG.warn("what became of decisions is not known", e);
        break;
      }
    }
    return request.results();
  }

  /** What {@link #decide} would say; nothing is written, and no audit trail either. */
  public List<ReviewResult> plan(Collection<String> ids, Verdict verdict) {
    cluster.requireRegistry();
    Request request = new Request(ids, verdict);
    request.decide(Optional.empty());
    return request.results();
  }

  private static Set<String> reviewIds(Collection<Receipt> receipts) {
    Set<String> ids = new HashSet<>();
    for (Receipt receipt : receipts) {
      ids.addAll(ReviewIds.about(receipt.getOrigin()));
      if (!receipt.getReviewId().isEmpty()) {
        ids.add(receipt.getReviewId());
      }
    }
    return ids;
  }

  /** Who decided a review, and when, for a reader. */
  private static String said(Template template, Review review) {
    return template
        .with(
            review.getDecision(),
            review.getReviewer(),
            review.getReviewedAt().truncatedTo(ChronoUnit.SECONDS))
        .text();
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

  /** What stands once it is committed. */
  private record Uncommitted(ReviewResult result, Optional<Review> review) {}

  /** One request on its way through as many turns as it takes. */
  private final class Request {

    private final Verdict verdict;
    private final Map<String, ReviewResult> results = new LinkedHashMap<>();

    /** Ids without a result that stays. */
    private final Set<String> left;

    /** Reviews that may have been committed in an earlier turn, by the ids that were asked for. */
    private final Map<String, Review> doubtful = new HashMap<>();

    private final Map<String, Uncommitted> uncommitted = new LinkedHashMap<>();

    /** Of the uncommitted, those that change nothing. */
    private final Map<AuditEvent.Outcome, List<AuditEvent>> idle =
        new EnumMap<>(AuditEvent.Outcome.class);

    Request(Collection<String> ids, Verdict verdict) {
      this.verdict = verdict;
      this.left = new LinkedHashSet<>(ids);
      left.forEach(id -> results.put(id, ReviewResult.failed(id, "")));
    }

    boolean isUnsettled() {
      return !left.isEmpty();
    }

    List<ReviewResult> results() {
      for (String id : left) {
        results.put(
            id,
            doubtful.containsKey(id)
                ? ReviewResult.unknown(
                    id,
                    "Kafka was asked and did not answer, so it may stand or not; ask again, and"
                        + " what stands is told")
                : ReviewResult.failed(id, "others decide at the same time; ask again"));
      }
      return List.copyOf(results.values());
    }

    /**
     * One turn.
     *
     * @param decisions nowhere where it is only planned
     * @throws CommitException where another turn is needed for what is still open
     */
    void decide(Optional<DecisionLog> decisions) {
      uncommitted.clear();
      idle.clear();
      try (CommittedLog log = CommittedLog.open(cluster)) {
        Map<String, Receipt> receipts = LastRecords.of(cluster, log, topics.receipts(), left);
        Set<String> names = reviewIds(receipts.values());
        doubtful.values().forEach(review -> names.add(review.getReviewId()));
        Map<String, Review> reviews = LastRecords.of(cluster, log, topics.reviews(), names);
        Map<String, Sought> sought = new HashMap<>();
        for (String id : List.copyOf(left)) {
          if (!stands(id, reviews)) {
            undecided(id, Optional.ofNullable(receipts.get(id)), reviews)
                .ifPresent(
                    receipt ->
                        sought.put(
                            id, new Sought(id, receipt.getOrigin(), receipt.getDecidedAt())));
          }
        }
        new Quarantine(cluster)
            .entriesOf(
                sought.values(),
                entry -> {
                  sought.remove(entry.key());
                  judge(entry, receipts.get(entry.key()), reviews, decisions);
                });
        for (String id : sought.keySet()) {
          note(ReviewResult.failed(id, "its entry is no longer on the quarantine topic"));
        }
        commit(decisions);
      }
    }

    /** Whether the decision of an earlier turn, of which no answer came, was committed. */
    private boolean stands(String id, Map<String, Review> reviews) {
      Review asked = doubtful.remove(id);
      if (asked == null || !asked.equals(reviews.get(asked.getReviewId()))) {
        return false;
      }
      settle(id, done(id, asked));
      return true;
    }

    /** The receipt where there is something to decide; otherwise the result is clear. */
    private Optional<Receipt> undecided(
        String id, Optional<Receipt> receipt, Map<String, Review> reviews) {
      Optional<ReviewResult> before = receipt.flatMap(r -> before(id, r, reviews));
      if (before.isPresent()) {
        note(before.get());
        return Optional.empty();
      }
      try {
        Receipt open = open(receipt);
        var unused = reviewId(open, reviews);
        return Optional.of(open);
      } catch (UndecidableException e) {
        note(ReviewResult.failed(id, e.getMessage()));
        return Optional.empty();
      }
    }

    private void judge(
        QuarantineEntry entry,
        Receipt receipt,
        Map<String, Review> reviews,
        Optional<DecisionLog> decisions) {
      String id = entry.key();
      Optional<Review> last = Optional.ofNullable(reviews.get(receipt.getReviewId()));
      try {
        Judgement judgement =
            Judgement.of(
                topics,
                entry,
                verdict,
                reviewId(receipt, reviews),
                last.filter(review -> review.getSentPairId().equals(receipt.getPairId()))
                    .map(Review::getWaived)
                    .orElse(List.of()),
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
        Review review = judgement.review();
        ReviewResult result = done(id, review);
        uncommitted.put(id, new Uncommitted(result, Optional.of(review)));
        decisions.ifPresent(
            taken -> {
              taken.add(judgement);
              taken.add(event(result, facts(review)).by(verdict.actor(), review.getReviewedAt()));
            });
      } catch (UndecidableException e) {
        note(ReviewResult.failed(id, e.getMessage()));
      }
      if (decisions.filter(DecisionLog::isFull).isPresent()) {
        commit(decisions);
      }
    }

    private void commit(Optional<DecisionLog> decisions) {
      try {
        if (decisions.isPresent()) {
          addIdle(decisions.get());
          decisions.get().commit();
        }
        uncommitted.forEach((id, one) -> settle(id, one.result()));
      } catch (CommitException e) {
        if (e.mayStand()) {
          uncommitted.forEach((id, one) -> one.review().ifPresent(r -> doubtful.put(id, r)));
        }
        if (e.settledByAnotherTurn()) {
          throw e;
        }
        LOG.warn("decisions were not taken", e);
        uncommitted.forEach(
            (id, one) -> settle(id, one.review().isEmpty() ? one.result() : not(id)));
      }
      uncommitted.clear();
    }

    private ReviewResult not(String id) {
      return ReviewResult.failed(id, "Kafka did not take it, and nothing of it stands; ask again");
    }

    private void settle(String id, ReviewResult result) {
      results.put(id, result);
      left.remove(id);
    }

    private void addIdle(DecisionLog decisions) {
      idle.values()
          .forEach(
              events ->
                  counted
                      .add(
                          events.get(events.size() - 1),
                          verdict.actor(),
                          verdict.actor().name() + ' ' + verdict.actor().keyId(),
                          events.size())
                      .ifPresent(decisions::add));
      idle.clear();
    }

    /** A result that changes nothing. */
    private void note(ReviewResult result) {
      uncommitted.put(result.id(), new Uncommitted(result, Optional.empty()));
      AuditEvent event = event(result, Map.of());
      idle.computeIfAbsent(event.outcome(), outcome -> new ArrayList<>()).add(event);
    }

    private AuditEvent event(ReviewResult result, Map<String, String> facts) {
      Map<String, String> all = new HashMap<>(facts);
      all.put("decision", verdict.decision().name());
      all.put("comment", verdict.comment());
      return new AuditEvent(
          eventName,
          result.id(),
          result.done() ? AuditEvent.Outcome.DONE : AuditEvent.Outcome.REFUSED,
          result.detail(),
          all);
    }

    private static ReviewResult done(String id, Review review) {
      return ReviewResult.done(id, review, Template.DECIDED.english());
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
          .map(review -> ReviewResult.done(id, review, said(Template.DECIDED_BEFORE, review)));
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
      if (!receipt.get().getStanding().equals(PairStatus.QUARANTINED.name())) {
        throw new UndecidableException(
            Template.NOT_IN_QUARANTINE.with(receipt.get().getStanding()).text());
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
      throw new UndecidableException(said(Template.SENT_BEFORE, sent.get()));
    }
  }
}
