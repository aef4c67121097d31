package io.pairstream.operations.review;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.operations.actions.AuditEvent;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.operations.cluster.LastRecords;
import io.pairstream.operations.quarantine.OriginalPair;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.operations.sentence.Template;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.Replay;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Sends many pairs of the quarantine again, after a recipe has changed, or because somebody lets
 * them in.
 *
 * <p>A pair is sent whose receipt still names the entry, once; the outcome of a replay is not
 * replayed in its turn, unless it is asked for. Then a run that did not end is gone on with by the
 * same words of the same person, and what it has sent is left alone. Where others decide meanwhile,
 * the run waits for its turn, and leaves alone what they have sent. Reads the quarantine twice,
 * receipts and audit trail once, and the reviews as they come. Takes about 400 bytes for each entry
 * that is meant.
 */
public final class ReplayQuarantine {

  private static final String EVENT = "quarantine.replay";

  /** A commit costs about as much as sending ten pairs. */
  private static final int PAIRS_A_COMMIT = 100;

  /** Whoever has taken the turn needs it for a moment, or for as long as much reading takes. */
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  /** After so long without losing a turn, others are taken for new ones. */
  private static final Duration CALM = Duration.ofMinutes(2);

  private final ClusterAccess cluster;
  private final PairTopics topics;
  private final Clock clock;

  public ReplayQuarantine(ClusterAccess cluster, Clock clock) {
    this.cluster = cluster;
    this.topics = cluster.topics();
    this.clock = clock;
  }

  /** What would be sent. */
  public ReplayReport plan(ReplaySelection selection, Verdict verdict) {
    cluster.requireRegistry();
    try (CommittedLog log = CommittedLog.open(cluster)) {
      return choose(
              log,
              new ReviewsReadOn(cluster, log),
              selection,
              verdict,
              unfinished(log, selection, verdict))
          .report();
    }
  }

  /**
   * Sends.
   *
   * @param verdict {@link Decision#REPLAYED} or {@link Decision#ACCEPTED}
   * @param perSecond how many a second at most; {@link Double#POSITIVE_INFINITY} for as many as can
   *     be
   * @param progress hears how many were sent so far, after each commit
   * @throws org.apache.kafka.common.KafkaException where the cluster does not take it; what was
   *     sent before stands, and the same call goes on with the rest
   */
  public ReplayReport send(
      ReplaySelection selection, Verdict verdict, double perSecond, LongConsumer progress) {
    cluster.requireRegistry();
    try (CommittedLog log = CommittedLog.open(cluster);
        CommittedLog reviewLog = CommittedLog.open(cluster)) {
      Optional<String> unfinished = unfinished(log, selection, verdict);
      ReviewsReadOn reviews = new ReviewsReadOn(cluster, reviewLog);
      Choice choice = choose(log, reviews, selection, verdict, unfinished);
      String actionId = unfinished.orElseGet(() -> UUID.randomUUID().toString());
      try (Run run = new Run(actionId, choice, reviews, verdict, perSecond, progress)) {
        run.takeTurn();
        run.note(
            event(selection, verdict, choice, AuditEvent.Outcome.FAILED, Template.BEGUN.english()));
        Map<String, Chosen> byPlace =
            choice.chosen().stream()
                .collect(
                    Collectors.toMap(
                        one -> place(one.entry().partition(), one.entry().offset()), one -> one));
        log.read(
            choice.stretches(topics.quarantine().name()),
            record -> {
              Chosen chosen = byPlace.get(place(record.partition(), record.offset()));
              if (chosen != null) {
                entry(record).ifPresent(entry -> run.send(entry, chosen));
              }
              return true;
            });
        run.commit();
        run.note(
            event(
                selection,
                verdict,
                choice,
                AuditEvent.Outcome.DONE,
                Template.counted(
                        run.sent + choice.earlier(),
                        Template.PAIR_SENT_AGAIN,
                        Template.PAIRS_SENT_AGAIN)
                    .text()));
        return run.report();
      }
    }
  }

  /** The action of a run that sends once more, was asked for in the same words and did not end. */
  private Optional<String> unfinished(
      CommittedLog log, ReplaySelection selection, Verdict verdict) {
    if (!verdict.again()) {
      return Optional.empty();
    }
    Topic<String, Action> topic = topics.actions();
    Map<String, Action> begun = new HashMap<>();
    log.read(
        log.everything(log.partitions(topic.name())),
        record -> {
          action(record)
              .filter(action -> isSame(action, selection, verdict))
              .ifPresent(
                  action -> {
                    if (action.getOutcome().equals(AuditEvent.Outcome.DONE.name())) {
                      begun.remove(action.getActionId());
                    } else {
                      begun.put(action.getActionId(), action);
                    }
                  });
          return true;
        });
    return begun.values().stream()
        .max(Comparator.comparing(Action::getDoneAt))
        .map(Action::getActionId);
  }

  private static boolean isSame(Action action, ReplaySelection selection, Verdict verdict) {
    return action.getName().equals(EVENT)
        && action.getSubject().equals(selection.toString())
        && action.getActor().equals(verdict.actor().name())
        && action.getFacts().entrySet().containsAll(words(verdict).entrySet());
  }

  private Optional<Action> action(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      Topic<String, Action> topic = topics.actions();
      return Optional.of(topic.value().deserializer().deserialize(topic.name(), record.value()));
    } catch (SerializationException e) {
      cluster.requireRegistry();
      return Optional.empty();
    }
  }

  private static String place(int partition, long offset) {
    return partition + "-" + offset;
  }

  private static AuditEvent event(
      ReplaySelection selection,
      Verdict verdict,
      Choice choice,
      AuditEvent.Outcome outcome,
      String detail) {
    Map<String, String> facts = new HashMap<>(words(verdict));
    facts.put("chosen", String.valueOf(choice.chosen().size()));
    return new AuditEvent(EVENT, selection.toString(), outcome, detail, facts);
  }

  /** What makes a run the same, beside its selection and who asks. */
  private static Map<String, String> words(Verdict verdict) {
    return Map.of(
        "decision",
        verdict.decision().name(),
        "comment",
        verdict.comment(),
        "again",
        String.valueOf(verdict.again()));
  }

  /**
   * An entry that is meant.
   *
   * @param cameOf the review that sent its record, where that was a replay
   */
  private record Candidate(
      int partition,
      long offset,
      Instant at,
      Origin origin,
      String reason,
      Optional<String> cameOf) {}

  /** An entry that is sent, and under which names. */
  private record Chosen(Candidate entry, String reviewId, List<String> waivedBefore) {}

  /**
   * What is sent, and what is not.
   *
   * @param earlier how many the same run has sent before it was interrupted
   * @param left how many are beyond the limit
   */
  private record Choice(
      List<Chosen> chosen, long earlier, long left, long before, long elsewhere, long unusable) {

    ReplayReport report() {
      return new ReplayReport(
          chosen.size(),
          earlier,
          left,
          before,
          elsewhere,
          unusable,
          chosen.stream()
              .collect(
                  Collectors.groupingBy(
                      one -> one.entry().reason(), TreeMap::new, Collectors.counting())));
    }

    Map<TopicPartition, Stretch> stretches(String topic) {
      Map<TopicPartition, Stretch> stretches = new HashMap<>();
      for (Chosen one : chosen) {
        long offset = one.entry().offset();
        stretches.merge(
            new TopicPartition(topic, one.entry().partition()),
            new Stretch(offset, offset + 1),
            (a, b) -> new Stretch(Math.min(a.from(), b.from()), Math.max(a.to(), b.to())));
      }
      return stretches;
    }
  }

  private Choice choose(
      CommittedLog log,
      ReviewsReadOn reviewsReadOn,
      ReplaySelection selection,
      Verdict verdict,
      Optional<String> unfinished) {
    Map<String, Candidate> candidates = new HashMap<>();
    long[] counts = new long[3]; // before, elsewhere, unusable
    log.read(
        log.everything(log.partitions(topics.quarantine().name())),
        record -> {
          entry(record)
              .filter(entry -> isMeant(entry.pair(), selection))
              .ifPresent(
                  entry -> {
                    if (!isUsable(entry.pair(), verdict)) {
                      counts[2]++;
                    } else if (candidates.put(entry.key(), candidate(entry)) != null) {
                      counts[1]++; // of two entries of a pair the later one counts
                    }
                  });
          return true;
        });
    Map<String, Receipt> receipts =
        LastRecords.of(cluster, log, topics.receipts(), candidates.keySet());
    Set<String> names = new HashSet<>();
    candidates.values().forEach(one -> names.addAll(ReviewIds.sending(one.origin())));
    receipts.values().forEach(receipt -> names.add(receipt.getReviewId()));
    Map<String, Review> reviews = new HashMap<>();
    Set<String> ofThisRun = new HashSet<>();
    Set<Origin> sentByThisRun = new HashSet<>();
    reviewsReadOn.readOn(
        review -> {
          if (names.contains(review.getReviewId())) {
            reviews.put(review.getReviewId(), review);
          }
          if (unfinished.filter(review.getRun()::equals).isPresent()) {
            ofThisRun.add(review.getReviewId());
            sentByThisRun.add(review.getOrigin());
          }
        });
    List<Chosen> chosen = new ArrayList<>();
    candidates.forEach(
        (key, candidate) -> {
          Receipt receipt = receipts.get(key);
          boolean wasSent =
              ReviewIds.sending(candidate.origin()).stream().anyMatch(reviews::containsKey);
          if (sentByThisRun.contains(candidate.origin())
              || candidate.cameOf().filter(ofThisRun::contains).isPresent()) {
            return; // counted by their reviews
          }
          if (receipt == null
              || !receipt.getStanding().equals(PairStatus.QUARANTINED.name())
              || !receipt.getOrigin().equals(candidate.origin())) {
            counts[1]++;
          } else if (!verdict.again() && (candidate.cameOf().isPresent() || wasSent)) {
            counts[0]++;
          } else {
            chosen.add(
                new Chosen(
                    candidate,
                    wasSent
                        ? ReviewIds.sendingOnceMore()
                        : ReviewIds.of(verdict.decision(), candidate.origin()),
                    Optional.ofNullable(reviews.get(receipt.getReviewId()))
                        .filter(review -> review.getSentPairId().equals(receipt.getPairId()))
                        .map(Review::getWaived)
                        .orElse(List.of())));
          }
        });
    chosen.sort(
        Comparator.comparing((Chosen one) -> one.entry().at())
            .thenComparing(one -> one.entry().partition())
            .thenComparing(one -> one.entry().offset()));
    int most = Math.max(0, selection.limit() - ofThisRun.size());
    List<Chosen> taken = List.copyOf(chosen.subList(0, Math.min(chosen.size(), most)));
    return new Choice(
        taken, ofThisRun.size(), chosen.size() - taken.size(), counts[0], counts[1], counts[2]);
  }

  private boolean isMeant(QuarantinedPair pair, ReplaySelection selection) {
    if (selection.reason().filter(wanted -> !wanted.equals(pair.getReason())).isPresent()) {
      return false;
    }
    if (selection.source().isEmpty()) {
      return topics.rawNames().contains(pair.getOrigin().getTopic());
    }
    return OriginalPair.of(pair, cluster).filter(selection::isOfSource).isPresent();
  }

  private static boolean isUsable(QuarantinedPair pair, Verdict verdict) {
    return pair.getValue() != null
        && (!verdict.decision().waives()
            || RejectReason.named(pair.getReason()).filter(RejectReason::isWaivable).isPresent());
  }

  private static Candidate candidate(QuarantineEntry entry) {
    return new Candidate(
        entry.partition(),
        entry.offset(),
        entry.arrivedAt(),
        entry.pair().getOrigin(),
        entry.pair().getReason(),
        entry.pair().getHeaders().stream()
            .filter(header -> header.getKey().equals(Replay.REVIEW) && header.getValue() != null)
            .map(header -> StandardCharsets.UTF_8.decode(header.getValue().duplicate()).toString())
            .findFirst());
  }

  private Optional<QuarantineEntry> entry(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null || record.key() == null) {
      return Optional.empty();
    }
    try {
      Topic<String, QuarantinedPair> topic = topics.quarantine();
      return Optional.of(
          new QuarantineEntry(
              new String(record.key(), StandardCharsets.UTF_8),
              record.partition(),
              record.offset(),
              Instant.ofEpochMilli(record.timestamp()),
              topic.value().deserializer().deserialize(topic.name(), record.value())));
    } catch (SerializationException e) {
      cluster.requireRegistry();
      return Optional.empty();
    }
  }

  /** The sending of what was chosen, in as many turns as it takes. */
  private final class Run implements AutoCloseable {

    private final String actionId;
    private final Choice choice;
    private final Set<Origin> chosenOrigins;
    private final ReviewsReadOn reviews;
    private final Verdict verdict;
    private final double perSecond;
    private final LongConsumer progress;
    private final int pairsACommit;
    private final long startNanos = System.nanoTime();
    private final Map<String, Long> reasons = new TreeMap<>();

    /** What the next commit holds. */
    private final List<Judgement> batch = new ArrayList<>();

    /** By entry, what was sent since the choice was made. */
    private final Map<Origin, Review> sentSince = new HashMap<>();

    private DecisionLog decisions;
    private long sent;
    private long byOthers;
    private long waitNanos;
    private long lostTurnNanos = System.nanoTime() - 2 * CALM.toNanos();

    Run(
        String actionId,
        Choice choice,
        ReviewsReadOn reviews,
        Verdict verdict,
        double perSecond,
        LongConsumer progress) {
      this.actionId = actionId;
      this.choice = choice;
      this.chosenOrigins =
          choice.chosen().stream().map(one -> one.entry().origin()).collect(Collectors.toSet());
      this.reviews = reviews;
      this.verdict = verdict;
      this.perSecond = perSecond;
      this.progress = progress;
      this.pairsACommit = (int) Math.max(1, Math.min(PAIRS_A_COMMIT, perSecond));
    }

    /** Whatever others have committed can be read by now, and they commit no more. */
    void takeTurn() {
      close();
      decisions = DecisionLog.open(cluster);
      reviews.readOn(
          review -> {
            if (!review.getDecision().equals(Decision.REJECTED.name())
                && chosenOrigins.contains(review.getOrigin())) {
              sentSince.put(review.getOrigin(), review);
            }
          });
    }

    void send(QuarantineEntry entry, Chosen chosen) {
      if (sentSince.containsKey(chosen.entry().origin())) {
        byOthers++;
        return;
      }
      Judgement judgement;
      try {
        judgement =
            Judgement.of(
                topics,
                entry,
                verdict,
                chosen.reviewId(),
                chosen.waivedBefore(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
      } catch (UndecidableException e) {
        return; // too large by the headers of a replay
      }
      judgement.review().setRun(actionId);
      batch.add(judgement);
      decisions.add(judgement);
      if (batch.size() >= pairsACommit || decisions.isFull()) {
        commit();
      }
    }

    void commit() {
      if (!batch.isEmpty()) {
        commitInTurn(() -> batch.forEach(decisions::add));
        batch.forEach(this::count);
        batch.clear();
        progress.accept(sent);
        pace();
      }
    }

    /** Writes what the run itself has to say, in place of what it said before. */
    void note(AuditEvent event) {
      Action action = event.by(verdict.actor(), clock.instant(), actionId);
      decisions.add(action);
      commitInTurn(() -> decisions.add(action));
    }

    /**
     * Commits.
     *
     * @param addAnew adds what is left to a log that was opened anew
     */
    private void commitInTurn(Runnable addAnew) {
      while (true) {
        try {
          decisions.commit();
          return;
        } catch (CommitException e) {
          if (!e.settledByAnotherTurn()) {
            throw e;
          }
        }
        letOthersDecide();
        takeTurn();
        batch.removeIf(this::isSettled);
        addAnew.run();
      }
    }

    /** Longer each time, until those who read more than this run does are through. */
    private void letOthersDecide() {
      long now = System.nanoTime();
      boolean calm = now - lostTurnNanos > CALM.toNanos();
      waitNanos = calm ? FIRST_WAIT.toNanos() : Math.min(2 * waitNanos, LONGEST_WAIT.toNanos());
      lostTurnNanos = now;
      sleep(waitNanos);
    }

    /** Whether a pair of the batch was sent meanwhile: by a commit of ours, or by others. */
    private boolean isSettled(Judgement judgement) {
      Review standing = sentSince.get(judgement.review().getOrigin());
      if (standing == null) {
        return false;
      }
      if (standing.equals(judgement.review())) {
        count(judgement);
      } else {
        byOthers++;
      }
      return true;
    }

    private void count(Judgement judgement) {
      sent++;
      reasons.merge(judgement.review().getReason(), 1L, Long::sum);
    }

    ReplayReport report() {
      return new ReplayReport(
          sent,
          choice.earlier(),
          choice.left(),
          choice.before() + byOthers,
          choice.elsewhere(),
          choice.unusable() + choice.chosen().size() - sent - byOthers,
          reasons);
    }

    private void pace() {
      Duration due =
          Double.isInfinite(perSecond)
              ? Duration.ZERO
              : Duration.ofNanos((long) (sent / perSecond * 1e9));
      sleep(startNanos + due.toNanos() - System.nanoTime());
    }

    private static void sleep(long nanos) {
      if (nanos > 0) {
        try {
          TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
          throw new InterruptException(e);
        }
      }
    }

    @Override
    public void close() {
      if (decisions != null) {
        decisions.close();
      }
    }
  }
}
