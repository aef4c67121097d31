package io.pairstream.operations.review;

import io.pairstream.operations.actions.AuditEvent;
import io.pairstream.operations.actions.CountedEvents;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.review.Quarantine.Sought;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request of a {@link ReviewDesk}: which entries it is about, and what becomes of them. */
final class ReviewRequest {

  private static final Logger LOG = LoggerFactory.getLogger(ReviewRequest.class);

  /** A commit costs about as much as sending ten pairs. */
  private static final int MOST_IN_A_COMMIT = 500;

  /** Where what is done is written down. */
  record Trail(String eventName, Clock clock, CountedEvents counted) {}

  private final ClusterAccess cluster;
  private final Trail trail;

  /** An entry that a selection means. */
  private record Candidate(String key, Instant at, Origin origin, String reason) {}

  /** Who decided a review, and when, for a reader. */
  private static Sentence said(Template template, Review review) {
    return template.with(
        review.getDecision(),
        review.getReviewer(),
        review.getReviewedAt().truncatedTo(ChronoUnit.SECONDS));
  }

  private final Verdict verdict;
  private final Optional<DecisionLog> decisions;
  private final String run;
  private final LongConsumer progress;
  private final Quarantine quarantine;
  private final Map<String, ReviewResult> results = new LinkedHashMap<>();

  /** Ids whose results stand once they are committed. */
  private final List<String> uncommitted = new ArrayList<>();

  private long done;

  /**
   * @param decisions nowhere where it is only planned
   * @param run id of the action that stands for all decisions; empty where each has its own
   */
  ReviewRequest(
      Trail trail,
      ClusterAccess cluster,
      Verdict verdict,
      Optional<DecisionLog> decisions,
      String run,
      LongConsumer progress) {
    this.trail = trail;
    this.cluster = cluster;
    this.quarantine = new Quarantine(cluster);
    this.verdict = verdict;
    this.decisions = decisions;
    this.run = run;
    this.progress = progress;
  }

  List<ReviewResult> decide(Collection<String> ids) {
    ids.forEach(id -> results.put(id, ReviewResult.failed(id, Template.ENTRY_GONE.with())));
    Known known = known(results.keySet());
    Map<String, Sought> sought = new LinkedHashMap<>();
    for (String id : results.keySet()) {
      undecided(id, known)
          .ifPresent(open -> sought.put(id, new Sought(id, open.getOrigin(), open.getDecidedAt())));
    }
    judge(sought, known);
    sought.keySet().forEach(id -> note(results.get(id)));
    commit();
    return List.copyOf(results.values());
  }

  ReviewDesk.Report replay(ReviewDesk.Selection selection) {
    Map<String, Candidate> candidates = new HashMap<>();
    long[] skipped = {0};
    quarantine.forEach(
        entry -> {
          QuarantinedPair pair = entry.pair();
          if (entry.key().isEmpty() || !isMeant(pair, selection)) {
            return;
          }
          Candidate candidate =
              new Candidate(entry.key(), entry.arrivedAt(), pair.getOrigin(), pair.getReason());
          // Of two entries of a pair the later one counts.
          if (!canBeSent(pair) || candidates.put(entry.key(), candidate) != null) {
            skipped[0]++;
          }
        });
    Known known = known(candidates.keySet());
    List<Candidate> open =
        candidates.values().stream()
            .filter(candidate -> isOpen(candidate, known))
            .sorted(Comparator.comparing(Candidate::at).thenComparing(Candidate::key))
            .toList();
    List<Candidate> chosen = open.subList(0, Math.min(open.size(), selection.limit()));
    note(selection, chosen.size(), AuditEvent.Outcome.FAILED, Template.BEGUN.english());
    Map<String, Sought> sought = new LinkedHashMap<>();
    chosen.forEach(one -> sought.put(one.key(), new Sought(one.key(), one.origin(), one.at())));
    judge(sought, known);
    commit();
    String said =
        Template.counted(done, Template.PAIR_SENT_AGAIN, Template.PAIRS_SENT_AGAIN).text();
    note(selection, chosen.size(), AuditEvent.Outcome.DONE, said);
    return new ReviewDesk.Report(
        done,
        (long) open.size() - chosen.size(),
        skipped[0] + candidates.size() - open.size() + chosen.size() - done,
        chosen.stream()
            .filter(one -> results.containsKey(one.key()) && results.get(one.key()).done())
            .collect(
                Collectors.groupingBy(Candidate::reason, TreeMap::new, Collectors.counting())));
  }

  private boolean isMeant(QuarantinedPair pair, ReviewDesk.Selection selection) {
    if (!selection.reason().orElse(pair.getReason()).equals(pair.getReason())) {
      return false;
    } else if (selection.source().isEmpty()) {
      String topic = pair.getOrigin().getTopic();
      return cluster.topics().rawNames().contains(topic)
          || cluster.topics().links().name().equals(topic);
    }
    String wanted = selection.source().get();
    return quarantine
        .raw(pair)
        .map(raw -> List.of(raw.getContributor(), raw.getSourceKind()))
        .or(
            () ->
                quarantine
                    .link(pair)
                    .map(link -> List.of(link.getContributor(), link.getSourceKind())))
        .filter(of -> of.get(0).equals(wanted) || of.get(1).equalsIgnoreCase(wanted))
        .isPresent();
  }

  private boolean canBeSent(QuarantinedPair pair) {
    boolean isReplay =
        pair.getHeaders().stream().anyMatch(header -> header.getKey().equals(Replay.REVIEW));
    return pair.getValue() != null
        && (verdict.again() || !isReplay)
        && (!verdict.decision().waives() || Judgement.isWaivable(pair));
  }

  private boolean isOpen(Candidate candidate, Known known) {
    return known
            .receipt(candidate.key())
            .filter(found -> found.getStanding().equals(PairStatus.QUARANTINED.name()))
            .filter(found -> found.getOrigin().equals(candidate.origin()))
            .isPresent()
        && (verdict.again() || known.sent(candidate.origin()).isEmpty());
  }

  private Known known(Set<String> keys) {
    try (CommittedLog log = CommittedLog.open(cluster)) {
      return new Known(cluster, log, keys);
    }
  }

  /** The receipt where there is something to decide; otherwise the result is clear. */
  private Optional<Receipt> undecided(String id, Known known) {
    Optional<Receipt> receipt = known.receipt(id);
    Optional<Review> before =
        receipt.filter(any -> !verdict.again()).flatMap(found -> before(found, known));
    if (before.isPresent()) {
      Sentence detail = said(Template.DECIDED_BEFORE, before.get());
      note(ReviewResult.done(id, before.get(), detail));
      return Optional.empty();
    }
    Optional<Sentence> obstacle = obstacle(receipt, known);
    obstacle.ifPresent(why -> note(ReviewResult.failed(id, why)));
    return obstacle.isPresent() ? Optional.empty() : receipt;
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

  private Optional<Sentence> obstacle(Optional<Receipt> receipt, Known known) {
    if (receipt.isEmpty()) {
      return Optional.of(Template.NOT_REJECTED.with());
    } else if (!receipt.get().getStanding().equals(PairStatus.QUARANTINED.name())) {
      return Optional.of(Template.NOT_IN_QUARANTINE.with(receipt.get().getStanding()));
    }
    return verdict.decision().sends() && !verdict.again()
        ? known.sent(receipt.get().getOrigin()).map(sent -> said(Template.SENT_BEFORE, sent))
        : Optional.empty();
  }

  /** Judges the entries that are there; those that are not stay in the map. */
  private void judge(Map<String, Sought> sought, Known known) {
    quarantine.entriesOf(
        List.copyOf(sought.values()),
        entry -> {
          sought.remove(entry.key());
          judge(entry, known);
        });
  }

  private void judge(QuarantineEntry entry, Known known) {
    String id = entry.key();
    try {
      Judgement judgement =
          Judgement.of(cluster.topics(), entry, verdict, known, run, trail.clock().instant());
      Review review = judgement.review();
      results.put(id, ReviewResult.done(id, review, Template.DECIDED.with()));
      uncommitted.add(id);
      decisions.ifPresent(log -> log.add(judgement));
      if (run.isEmpty()) {
        Map<String, String> facts =
            Map.of(
                "review_id", review.getReviewId(),
                "origin", OriginHeader.text(review.getOrigin()),
                "reason", review.getReason(),
                "sent_pair_id", review.getSentPairId(),
                "waived", String.join(",", review.getWaived()));
        String detail = verdict.decision() + ": " + verdict.comment();
        AuditEvent event = event(id, AuditEvent.Outcome.DONE, detail, facts);
        decisions.ifPresent(log -> log.add(event.by(verdict.actor(), review.getReviewedAt())));
      }
    } catch (Judgement.Undecidable e) {
      note(ReviewResult.failed(id, e.sentence()));
    }
    if (uncommitted.size() == MOST_IN_A_COMMIT
        || decisions.filter(DecisionLog::isFull).isPresent()) {
      commit();
    }
  }

  private void commit() {
    try {
      decisions.ifPresent(DecisionLog::commit);
      done += uncommitted.size();
    } catch (KafkaException e) {
      if (!run.isEmpty()) {
        throw e;
      }
      LOG.warn("decisions were not confirmed", e);
      uncommitted.forEach(id -> results.put(id, ReviewResult.unknown(id)));
    }
    if (!uncommitted.isEmpty()) {
      progress.accept(done);
    }
    uncommitted.clear();
  }

  /** A result that changes nothing, counted with others of the caller's. */
  private void note(ReviewResult result) {
    results.put(result.id(), result);
    if (run.isEmpty() && decisions.isPresent()) {
      AuditEvent.Outcome outcome =
          result.done() ? AuditEvent.Outcome.DONE : AuditEvent.Outcome.REFUSED;
      trail
          .counted()
          .add(
              event(result.id(), outcome, result.detail().text(), Map.of()),
              verdict.actor(),
              verdict.actor().name() + ' ' + verdict.actor().keyId())
          .ifPresent(decisions.get()::add);
    }
  }

  /** Writes what the run itself has to say, in place of what it said before. */
  private void note(
      ReviewDesk.Selection selection, int chosen, AuditEvent.Outcome outcome, String detail) {
    Map<String, String> facts =
        Map.of("again", String.valueOf(verdict.again()), "chosen", String.valueOf(chosen));
    String subject =
        "reason %s, source %s"
            .formatted(selection.reason().orElse("any"), selection.source().orElse("any"));
    decisions.ifPresent(
        log -> {
          log.add(
              event(subject, outcome, detail, facts)
                  .by(verdict.actor(), trail.clock().instant(), run));
          log.commit();
        });
  }

  private AuditEvent event(
      String subject, AuditEvent.Outcome outcome, String detail, Map<String, String> facts) {
    Map<String, String> all = new HashMap<>(facts);
    all.put("decision", verdict.decision().name());
    all.put("comment", verdict.comment());
    return new AuditEvent(trail.eventName(), subject, outcome, detail, all);
  }
}
