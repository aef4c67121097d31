package io.pairstream.curation.review;

import io.pairstream.curation.actions.AuditEvent;
import io.pairstream.curation.actions.CountedEvents;
import io.pairstream.curation.review.Quarantine.Sought;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import io.pairstream.service.cluster.ClusterAccess;
import java.time.Clock;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about pairs in quarantine, by their ids or by what they were rejected for, and sends
 * links that failed again.
 *
 * <p>An entry is decided about while its pair's receipt names it, and is sent again once. A request
 * that is sent again after a crash, or to another instance, does what is not done yet: decision and
 * record are committed together. Of two desks that send one entry at the same moment one does.
 *
 * <p>Reads the receipts' partitions that the pairs are on, the reviews, and the entries by their
 * times; of a selection the whole quarantine, and takes some 600 bytes for each entry that is
 * meant. Not thread-safe.
 */
public final class ReviewDesk {

  private static final Logger LOG = LoggerFactory.getLogger(ReviewDesk.class);

  /** A commit costs about as much as sending ten pairs. */
  private static final int MOST_IN_A_COMMIT = 500;

  private final ClusterAccess cluster;
  private final Quarantine quarantine;
  private final String eventName;
  private final Clock clock;
  private final Function<ClusterAccess, DecisionLog> opening;
  private final CountedEvents counted;
  private final BiConsumer<QuarantinedPair, ProducerRecord<byte[], byte[]>> sending;

  /**
   * @param eventName how the audit trail calls what is done here: {@code quarantine.review}
   */
  public ReviewDesk(ClusterAccess cluster, String eventName, Clock clock) {
    this(cluster, eventName, clock, (entry, record) -> {});
  }

  /**
   * @param sending hears of each entry that is sent, or would be, and as what
   */
  public ReviewDesk(
      ClusterAccess cluster,
      String eventName,
      Clock clock,
      BiConsumer<QuarantinedPair, ProducerRecord<byte[], byte[]>> sending) {
    this(cluster, eventName, clock, sending, DecisionLog::open);
  }

  ReviewDesk(
      ClusterAccess cluster,
      String eventName,
      Clock clock,
      BiConsumer<QuarantinedPair, ProducerRecord<byte[], byte[]>> sending,
      Function<ClusterAccess, DecisionLog> opening) {
    this.cluster = cluster;
    this.quarantine = new Quarantine(cluster);
    this.opening = opening;
    this.eventName = eventName;
    this.clock = clock;
    this.sending = sending;
    this.counted = new CountedEvents(clock);
  }

  /**
   * Outcome of a decision about a selection, or its forecast.
   *
   * @param sent number of entries that were sent again
   * @param left number of entries beyond the limit, which are the next to be sent
   * @param skipped number of entries left alone: sent again or decided anew before, or nothing that
   *     can be sent
   * @param reasons numbers of the entries that were sent, by reason
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
  public List<ReviewResult> decide(
      Collection<String> ids, ReviewDecision decided, boolean planOnly) {
    cluster.requireRegistry();
    try (Request request = new Request(decided, planOnly, "", sent -> {})) {
      return request.decide(ids);
    }
  }

  /**
   * Sends a selection again, after a recipe has changed, or because a reviewer accepts it. The
   * outcome of a replay is not replayed in its turn, unless it is asked for.
   *
   * @param decided replayed or accepted
   * @param planOnly only says what would become of it, and writes nothing
   * @param progress hears how many were sent so far, after each commit
   * @throws org.apache.kafka.common.KafkaException where the cluster does not take it; what was
   *     sent before stands, and the same call goes on with the rest
   */
  public Report replay(
      Selection selection, ReviewDecision decided, boolean planOnly, LongConsumer progress) {
    cluster.requireRegistry();
    String run = UUID.randomUUID().toString();
    try (Request request = new Request(decided, planOnly, run, progress)) {
      return request.replay(selection);
    }
  }

  private final class Request implements AutoCloseable {

    private final ReviewDecision decided;

    /** Null where nothing is to be written. */
    private final DecisionLog decisions;

    private final String run;
    private final LongConsumer progress;
    private final Map<String, ReviewResult> results = new LinkedHashMap<>();

    /**
     * Entries whose results stand once they are committed, with the ids that they were asked by.
     */
    private final Map<Origin, String> uncommitted = new LinkedHashMap<>();

    private final SortedMap<String, Long> reasons = new TreeMap<>();

    private long done;

    /**
     * @param planOnly whether nothing is to be written
     * @param run id of the action that stands for all decisions; empty where each has its own
     */
    Request(ReviewDecision decided, boolean planOnly, String run, LongConsumer progress) {
      this.decided = decided;
      this.decisions = planOnly ? null : opening.apply(cluster);
      this.run = run;
      this.progress = progress;
    }

    List<ReviewResult> decide(Collection<String> ids) {
      ids.forEach(id -> results.put(id, ReviewResult.failed(id, Template.ENTRY_GONE.with())));
      Known known = new Known(cluster, results.keySet());
      Map<String, Sought> sought = new LinkedHashMap<>();
      for (String id : results.keySet()) {
        undecided(id, known)
            .ifPresent(
                open -> sought.put(id, new Sought(id, open.getOrigin(), open.getArrivedAt())));
      }
      quarantine.entriesOf(
          List.copyOf(sought.values()),
          entry -> {
            sought.remove(entry.key());
            judge(entry, known);
          });
      // Those that are not there any more.
      sought.keySet().forEach(id -> note(results.get(id)));
      commit();
      return List.copyOf(results.values());
    }

    Report replay(Selection selection) {
      Map<String, Sought> candidates = new HashMap<>();
      long[] skipped = {0};
      quarantine.forEach(
          entry -> {
            QuarantinedPair pair = entry.pair();
            if (entry.key().isEmpty() || !isMeant(pair, selection)) {
              return;
            }
            Sought found = new Sought(entry.key(), pair.getOrigin(), entry.arrivedAt());
            // Of two entries of a pair the later one counts.
            if (!canBeSent(pair) || candidates.put(entry.key(), found) != null) {
              skipped[0]++;
            }
          });
      Known known = new Known(cluster, candidates.keySet());
      List<Sought> open =
          candidates.values().stream()
              .filter(candidate -> known.isOpen(candidate, decided))
              .sorted(Comparator.comparing(Sought::arrivedAt).thenComparing(Sought::key))
              .toList();
      List<Sought> chosen = open.subList(0, Math.min(open.size(), selection.limit()));
      note(selection, chosen.size(), AuditEvent.Outcome.FAILED, Template.BEGUN.with());
      quarantine.entriesOf(chosen, entry -> judge(entry, known));
      commit();
      Sentence said = Template.counted(done, Template.PAIR_SENT_AGAIN, Template.PAIRS_SENT_AGAIN);
      note(selection, chosen.size(), AuditEvent.Outcome.DONE, said);
      return new Report(
          done,
          (long) open.size() - chosen.size(),
          skipped[0] + candidates.size() - open.size() + chosen.size() - done,
          reasons);
    }

    private boolean isMeant(QuarantinedPair pair, Selection selection) {
      return selection.reason().orElse(pair.getReason()).equals(pair.getReason())
          && selection.producer().orElse(pair.getProducer()).equals(pair.getProducer())
          && quarantine.isOf(selection.source().orElse(null), pair);
    }

    private boolean canBeSent(QuarantinedPair pair) {
      boolean isReplay =
          pair.getHeaders().stream().anyMatch(header -> header.getKey().equals(Replay.REVIEW));
      return pair.getValue() != null
          && (decided.again() || !isReplay)
          && (!decided.decision().waives() || DecisionRecords.isWaivable(pair));
    }

    /** The receipt where there is something to decide; otherwise the result is clear. */
    private Optional<Receipt> undecided(String id, Known known) {
      Optional<Receipt> receipt = known.receipt(id);
      Optional<Review> before =
          receipt.filter(any -> !decided.again()).flatMap(found -> known.before(found, decided));
      if (before.isPresent()) {
        Sentence detail = Known.said(Template.DECIDED_BEFORE, before.get());
        note(ReviewResult.done(id, before.get(), detail));
        return Optional.empty();
      }
      Optional<Sentence> obstacle = known.obstacle(receipt.orElse(null), decided);
      obstacle.ifPresent(why -> note(ReviewResult.failed(id, why)));
      return obstacle.isPresent() ? Optional.empty() : receipt;
    }

    private void judge(QuarantineEntry entry, Known known) {
      String id = entry.key();
      try {
        DecisionRecords records =
            DecisionRecords.of(cluster.topics(), entry, decided, known, run, clock.instant());
        Review review = records.review();
        Sentence detail =
            known.about(review.getOrigin()).stream()
                .max(Comparator.comparing(Review::getReviewedAt))
                .map(before -> Known.said(Template.DECIDED_ANEW, before))
                .orElse(Template.DECIDED.with());
        results.put(id, ReviewResult.done(id, review, detail));
        uncommitted.put(review.getOrigin(), id);
        reasons.merge(review.getReason(), 1L, Long::sum);
        if (decisions != null) {
          decisions.add(records, note(id, review).orElse(null));
        }
        records.sent().ifPresent(record -> sending.accept(entry.pair(), record));
      } catch (DecisionRecords.Undecidable e) {
        note(ReviewResult.failed(id, e.sentence()));
      }
      if (uncommitted.size() == MOST_IN_A_COMMIT || (decisions != null && decisions.isFull())) {
        commit();
      }
    }

    /** Note for the audit trail; a run of many decisions has one note for all. */
    private Optional<Action> note(String id, Review review) {
      if (!run.isEmpty()) {
        return Optional.empty();
      }
      Map<String, String> facts =
          Map.of(
              "review_id", review.getReviewId(),
              "origin", OriginHeader.text(review.getOrigin()),
              "reason", review.getReason(),
              "sent_pair_id", review.getSentPairId(),
              "waived", String.join(",", review.getWaived()));
      Sentence detail = Sentence.verbatim(decided.decision() + ": " + decided.comment());
      AuditEvent event = event(id, AuditEvent.Outcome.DONE, detail, facts);
      return Optional.of(event.by(decided.actor(), review.getReviewedAt()));
    }

    private void commit() {
      try {
        Map<Origin, Review> first = decisions == null ? Map.of() : decisions.commit();
        first.forEach(this::overtaken);
        if (!first.isEmpty()) {
          decisions.commit(); // the audit trail says that these were refused
        }
        done += uncommitted.size();
      } catch (KafkaException e) {
        if (!run.isEmpty()) {
          throw e;
        }
        LOG.warn("decisions were not confirmed", e);
        uncommitted.values().forEach(id -> results.put(id, ReviewResult.unknown(id)));
      }
      if (!uncommitted.isEmpty()) {
        progress.accept(done);
      }
      uncommitted.clear();
    }

    /** An entry that another reviewer sent a moment before, by their review. */
    private void overtaken(Origin entry, Review first) {
      String id = uncommitted.remove(entry);
      reasons.computeIfPresent(first.getReason(), (reason, sent) -> sent == 1 ? null : sent - 1);
      boolean isSame =
          first.getDecision().equals(decided.decision().name())
              && first.getCaption().equals(decided.caption());
      note(
          isSame
              ? ReviewResult.done(id, first, Known.said(Template.DECIDED_BEFORE, first))
              : ReviewResult.failed(id, Known.said(Template.SENT_BEFORE, first)));
    }

    /** A result that changes nothing, counted with others of the caller's. */
    private void note(ReviewResult result) {
      results.put(result.id(), result);
      if (run.isEmpty() && decisions != null) {
        AuditEvent.Outcome outcome =
            result.done() ? AuditEvent.Outcome.DONE : AuditEvent.Outcome.REFUSED;
        counted
            .add(
                event(result.id(), outcome, result.detail(), Map.of()),
                decided.actor(),
                decided.actor().name() + ' ' + decided.actor().keyId())
            .ifPresent(decisions::add);
      }
    }

    /** Writes what the run itself has to say, in place of what it said before. */
    private void note(
        Selection selection, int chosen, AuditEvent.Outcome outcome, Sentence detail) {
      Map<String, String> facts =
          Map.of("again", String.valueOf(decided.again()), "chosen", String.valueOf(chosen));
      String subject =
          "reason %s, source %s%s"
              .formatted(
                  selection.reason().orElse("any"),
                  selection.source().orElse("any"),
                  selection.producer().map(name -> ", producer " + name).orElse(""));
      if (decisions != null) {
        decisions.add(
            event(subject, outcome, detail, facts).by(decided.actor(), clock.instant(), run));
        decisions.commit();
      }
    }

    private AuditEvent event(
        String subject, AuditEvent.Outcome outcome, Sentence detail, Map<String, String> facts) {
      Map<String, String> all = new HashMap<>(facts);
      all.put("decision", decided.decision().name());
      all.put("comment", decided.comment());
      return new AuditEvent(eventName, subject, outcome, detail, all);
    }

    /** Closes the log of decisions. */
    @Override
    public void close() {
      if (decisions != null) {
        decisions.close();
      }
    }
  }
}
