package io.pairstream.operations.review;

import io.pairstream.operations.actions.AuditEvent;
import io.pairstream.operations.actions.CountedEvents;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.quarantine.Quarantine;
import io.pairstream.operations.quarantine.Quarantine.Sought;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.OriginHeader;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about pairs in quarantine by their ids.
 *
 * <p>An entry is decided about while its pair's receipt names it, and is sent again once. A request
 * that is sent again after a crash, or to another instance, does what is not done yet: decision and
 * record are committed together. Of an entry that two desks send at the same moment the topology
 * lets one record in.
 *
 * <p>Reads the receipts' partitions that the pairs are on, the reviews, and the entries by their
 * times. Not thread-safe.
 */
public final class ReviewDesk {

  private static final Logger LOG = LoggerFactory.getLogger(ReviewDesk.class);

  private final ClusterAccess cluster;
  private final PairTopics topics;
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
    try (DecisionLog decisions = opening.apply(cluster)) {
      return new Request(verdict, Optional.of(decisions)).decide(ids);
    }
  }

  /** What {@link #decide} would say; nothing is written, and no audit trail either. */
  public List<ReviewResult> plan(Collection<String> ids, Verdict verdict) {
    cluster.requireRegistry();
    return new Request(verdict, Optional.empty()).decide(ids);
  }

  /** Who decided a review, and when, for a reader. */
  private static Sentence said(Template template, Review review) {
    return template.with(
        review.getDecision(),
        review.getReviewer(),
        review.getReviewedAt().truncatedTo(ChronoUnit.SECONDS));
  }

  private static Map<String, String> facts(Review review) {
    return Map.of(
        "review_id", review.getReviewId(),
        "origin", OriginHeader.text(review.getOrigin()),
        "reason", review.getReason(),
        "sent_pair_id", review.getSentPairId(),
        "waived", String.join(",", review.getWaived()));
  }

  /** One request. */
  private final class Request {

    private final Verdict verdict;

    /** Nowhere where it is only planned. */
    private final Optional<DecisionLog> decisions;

    private final Map<String, ReviewResult> results = new LinkedHashMap<>();

    /** Ids whose results stand once they are committed. */
    private final List<String> uncommitted = new ArrayList<>();

    Request(Verdict verdict, Optional<DecisionLog> decisions) {
      this.verdict = verdict;
      this.decisions = decisions;
    }

    List<ReviewResult> decide(Collection<String> ids) {
      ids.forEach(id -> results.put(id, ReviewResult.failed(id, Template.ENTRY_GONE.english())));
      try (CommittedLog log = CommittedLog.open(cluster)) {
        Known known = new Known(cluster, log, results.keySet());
        Map<String, Sought> sought = new LinkedHashMap<>();
        for (String id : results.keySet()) {
          undecided(id, known)
              .ifPresent(
                  open -> sought.put(id, new Sought(id, open.getOrigin(), open.getDecidedAt())));
        }
        new Quarantine(cluster)
            .entriesOf(
                List.copyOf(sought.values()),
                entry -> {
                  sought.remove(entry.key());
                  judge(entry, known);
                });
        sought.keySet().forEach(id -> note(results.get(id)));
        commit();
      }
      return List.copyOf(results.values());
    }

    /** The receipt where there is something to decide; otherwise the result is clear. */
    private Optional<Receipt> undecided(String id, Known known) {
      Optional<Receipt> receipt = known.receipt(id);
      Optional<Review> before =
          receipt.filter(any -> !verdict.again()).flatMap(found -> before(found, known));
      if (before.isPresent()) {
        String detail = said(Template.DECIDED_BEFORE, before.get()).text();
        note(ReviewResult.done(id, before.get(), detail));
        return Optional.empty();
      }
      try {
        return Optional.of(open(receipt, known));
      } catch (UndecidableException e) {
        note(ReviewResult.failed(id, e.getMessage()));
        return Optional.empty();
      }
    }

    /** The review where the same was decided before. */
    private Optional<Review> before(Receipt receipt, Known known) {
      // Or it has come again since, and the request is the one that sent it.
      return Stream.concat(
              known.about(receipt.getOrigin()).stream(),
              known
                  .sender(receipt)
                  .filter(review -> review.getReviewer().equals(verdict.actor().name()))
                  .filter(review -> review.getComment().equals(verdict.comment()))
                  .stream())
          .filter(review -> review.getDecision().equals(verdict.decision().name()))
          .filter(review -> review.getCaption().equals(verdict.caption()))
          .findFirst();
    }

    private Receipt open(Optional<Receipt> receipt, Known known) throws UndecidableException {
      if (receipt.isEmpty()) {
        throw new UndecidableException(Template.NOT_REJECTED.with());
      }
      if (!receipt.get().getStanding().equals(PairStatus.QUARANTINED.name())) {
        throw new UndecidableException(
            Template.NOT_IN_QUARANTINE.with(receipt.get().getStanding()));
      }
      Optional<Review> sent = known.sent(receipt.get().getOrigin());
      if (verdict.decision().sends() && !verdict.again() && sent.isPresent()) {
        throw new UndecidableException(said(Template.SENT_BEFORE, sent.get()));
      }
      return receipt.get();
    }

    private void judge(QuarantineEntry entry, Known known) {
      String id = entry.key();
      try {
        Judgement judgement = Judgement.of(topics, entry, verdict, known, "", clock.instant());
        Review review = judgement.review();
        ReviewResult result = ReviewResult.done(id, review, Template.DECIDED.english());
        results.put(id, result);
        uncommitted.add(id);
        decisions.ifPresent(
            log -> {
              log.add(judgement);
              log.add(
                  event(result, verdict.decision() + ": " + verdict.comment(), facts(review))
                      .by(verdict.actor(), review.getReviewedAt()));
            });
      } catch (UndecidableException e) {
        note(ReviewResult.failed(id, e.getMessage()));
      }
      if (decisions.filter(DecisionLog::isFull).isPresent()) {
        commit();
      }
    }

    private void commit() {
      try {
        decisions.ifPresent(DecisionLog::commit);
      } catch (KafkaException e) {
        LOG.warn("decisions were not confirmed", e);
        uncommitted.forEach(id -> results.put(id, ReviewResult.unknown(id)));
      }
      uncommitted.clear();
    }

    /** A result that changes nothing, counted with others of the caller's. */
    private void note(ReviewResult result) {
      results.put(result.id(), result);
      String caller = verdict.actor().name() + ' ' + verdict.actor().keyId();
      decisions.ifPresent(
          log ->
              counted
                  .add(event(result, result.detail(), Map.of()), verdict.actor(), caller)
                  .ifPresent(log::add));
    }

    private AuditEvent event(ReviewResult result, String detail, Map<String, String> facts) {
      Map<String, String> all = new HashMap<>(facts);
      all.put("decision", verdict.decision().name());
      all.put("comment", verdict.comment());
      return new AuditEvent(
          eventName,
          result.id(),
          result.done() ? AuditEvent.Outcome.DONE : AuditEvent.Outcome.REFUSED,
          detail,
          all);
    }
  }
}
