package io.pairstream.operations.review;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.operations.actions.AuditEvent;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.quarantine.Original;
import io.pairstream.operations.quarantine.Quarantine;
import io.pairstream.operations.quarantine.Quarantine.Sought;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.operations.sentence.Template;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.Replay;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * Sends many pairs of the quarantine again, after a recipe has changed, or because somebody lets
 * them in.
 *
 * <p>A pair is sent whose receipt still names the entry, once; the outcome of a replay is not
 * replayed in its turn, unless it is asked for. Reads the quarantine twice, receipts and reviews
 * once. Takes about 400 bytes for each entry that is meant.
 */
public final class ReplayQuarantine {

  private static final String EVENT = "quarantine.replay";

  /** A commit costs about as much as sending ten pairs. */
  private static final int PAIRS_A_COMMIT = 100;

  private final ClusterAccess cluster;
  private final Clock clock;

  public ReplayQuarantine(ClusterAccess cluster, Clock clock) {
    this.cluster = cluster;
    this.clock = clock;
  }

  /** What would be sent. */
  public ReplayReport plan(ReplaySelection selection, Verdict verdict) {
    cluster.requireRegistry();
    Run run = new Run(selection, verdict);
    return run.report(run.chosen.stream().map(Candidate::reason).toList(), run.unusable);
  }

  /**
   * Sends.
   *
   * @param verdict {@link Decision#REPLAYED} or {@link Decision#ACCEPTED}
   * @param progress hears how many were sent so far, after each commit
   * @throws org.apache.kafka.common.KafkaException where the cluster does not take it; what was
   *     sent before stands, and the same call goes on with the rest
   */
  public ReplayReport send(ReplaySelection selection, Verdict verdict, LongConsumer progress) {
    cluster.requireRegistry();
    Run run = new Run(selection, verdict);
    try (DecisionLog decisions = DecisionLog.open(cluster)) {
      return run.send(decisions, progress);
    }
  }

  /**
   * An entry that is meant.
   *
   * @param isReplay whether a replay made it
   */
  private record Candidate(String key, Instant at, Origin origin, String reason, boolean isReplay) {

    static Candidate of(QuarantineEntry entry) {
      return new Candidate(
          entry.key(),
          entry.arrivedAt(),
          entry.pair().getOrigin(),
          entry.pair().getReason(),
          entry.pair().getHeaders().stream()
              .anyMatch(header -> header.getKey().equals(Replay.REVIEW)));
    }
  }

  /** One replay: which entries it sends, and how many it leaves alone, as in the report. */
  private final class Run {

    private final ReplaySelection selection;
    private final Verdict verdict;

    private final String actionId = UUID.randomUUID().toString();

    private final Known known;
    private final List<Candidate> chosen;
    private final long left;
    private long before;
    private long elsewhere;
    private long unusable;

    Run(ReplaySelection selection, Verdict verdict) {
      this.selection = selection;
      this.verdict = verdict;
      try (CommittedLog log = CommittedLog.open(cluster)) {
        Map<String, Candidate> candidates = new HashMap<>();
        new Quarantine(cluster).forEach(entry -> consider(entry, candidates));
        known = new Known(cluster, log, candidates.keySet());
        List<Candidate> open =
            candidates.values().stream()
                .filter(this::isOpen)
                .sorted(Comparator.comparing(Candidate::at).thenComparing(Candidate::key))
                .toList();
        chosen = open.subList(0, Math.min(open.size(), selection.limit()));
        left = (long) open.size() - chosen.size();
      }
    }

    private void consider(QuarantineEntry entry, Map<String, Candidate> candidates) {
      if (!entry.key().isEmpty() && isMeant(entry.pair())) {
        if (!isUsable(entry.pair())) {
          unusable++;
        } else if (candidates.put(entry.key(), Candidate.of(entry)) != null) {
          elsewhere++; // of two entries of a pair the later one counts
        }
      }
    }

    private boolean isMeant(QuarantinedPair pair) {
      if (selection.reason().filter(wanted -> !wanted.equals(pair.getReason())).isPresent()) {
        return false;
      }
      return selection.source().isEmpty()
          ? cluster.topics().rawNames().contains(pair.getOrigin().getTopic())
          : Original.pair(pair, cluster).filter(selection::isOfSource).isPresent();
    }

    private boolean isUsable(QuarantinedPair pair) {
      return pair.getValue() != null
          && (!verdict.decision().waives()
              || RejectReason.named(pair.getReason()).filter(RejectReason::isWaivable).isPresent());
    }

    private boolean isOpen(Candidate candidate) {
      Optional<Receipt> receipt =
          known
              .receipt(candidate.key())
              .filter(found -> found.getStanding().equals(PairStatus.QUARANTINED.name()))
              .filter(found -> found.getOrigin().equals(candidate.origin()));
      if (receipt.isEmpty()) {
        elsewhere++;
        return false;
      }
      boolean wasSent = candidate.isReplay() || known.sent(candidate.origin()).isPresent();
      if (wasSent && !verdict.again()) {
        before++;
        return false;
      }
      return true;
    }

    ReplayReport send(DecisionLog decisions, LongConsumer progress) {
      note(decisions, AuditEvent.Outcome.FAILED, Template.BEGUN.english());
      List<String> sent = new ArrayList<>();
      List<String> batch = new ArrayList<>();
      Runnable commit =
          () -> {
            if (!batch.isEmpty()) {
              decisions.commit();
              sent.addAll(batch);
              batch.clear();
              progress.accept(sent.size());
            }
          };
      new Quarantine(cluster)
          .entriesOf(
              chosen.stream()
                  .map(one -> new Sought(one.key(), one.origin(), decidedAt(one)))
                  .toList(),
              entry -> {
                judgement(entry)
                    .ifPresent(
                        judgement -> {
                          decisions.add(judgement);
                          batch.add(judgement.review().getReason());
                        });
                if (batch.size() >= PAIRS_A_COMMIT || decisions.isFull()) {
                  commit.run();
                }
              });
      commit.run();
      note(
          decisions,
          AuditEvent.Outcome.DONE,
          Template.counted(sent.size(), Template.PAIR_SENT_AGAIN, Template.PAIRS_SENT_AGAIN)
              .text());
      return report(sent, unusable + chosen.size() - sent.size());
    }

    private Instant decidedAt(Candidate one) {
      return known.receipt(one.key()).orElseThrow().getDecidedAt();
    }

    /** Empty where the headers of a replay make it too large. */
    private Optional<Judgement> judgement(QuarantineEntry entry) {
      try {
        return Optional.of(
            Judgement.of(cluster.topics(), entry, verdict, known, actionId, clock.instant()));
      } catch (UndecidableException e) {
        return Optional.empty();
      }
    }

    /** Writes what the run itself has to say, in place of what it said before. */
    private void note(DecisionLog decisions, AuditEvent.Outcome outcome, String detail) {
      Map<String, String> facts =
          Map.of(
              "decision", verdict.decision().name(),
              "comment", verdict.comment(),
              "again", String.valueOf(verdict.again()),
              "chosen", String.valueOf(chosen.size()));
      decisions.add(
          new AuditEvent(EVENT, selection.toString(), outcome, detail, facts)
              .by(verdict.actor(), clock.instant(), actionId));
      decisions.commit();
    }

    ReplayReport report(List<String> reasons, long notUsable) {
      return new ReplayReport(
          reasons.size(),
          left,
          before,
          elsewhere,
          notUsable,
          reasons.stream()
              .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting())));
    }
  }
}
