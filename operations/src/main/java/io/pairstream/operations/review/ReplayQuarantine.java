package io.pairstream.operations.review;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.operations.actions.Deed;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.operations.cluster.LastRecords;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.schemas.Header;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Standing;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.Replay;
import java.nio.ByteBuffer;
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
 * replayed in its turn, unless it is asked for. Reads the quarantine twice, and receipts and
 * reviews once. Takes about 400 bytes for each entry that is meant.
 */
public final class ReplayQuarantine {

  private static final String DEED = "quarantine.replay";

  /** A commit costs about as much as sending ten pairs. */
  private static final int PAIRS_A_COMMIT = 100;

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
      return choose(log, selection, verdict).report();
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
    try (DecisionLog decisions = DecisionLog.open(cluster, "replay");
        CommittedLog log = CommittedLog.open(cluster)) {
      Choice choice = choose(log, selection, verdict);
      String actionId = UUID.randomUUID().toString();
      decisions.add(
          deed(selection, verdict, choice, Deed.Outcome.FAILED, "it began and has not ended")
              .by(verdict.actor(), clock.instant(), actionId));
      decisions.commit();
      Run run = new Run(decisions, verdict, perSecond, progress);
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
      decisions.add(
          deed(selection, verdict, choice, Deed.Outcome.DONE, run.sent + " pairs were sent again")
              .by(verdict.actor(), clock.instant(), actionId));
      decisions.commit();
      ReplayReport planned = choice.report();
      return new ReplayReport(
          run.sent,
          planned.before(),
          planned.elsewhere(),
          planned.unusable() + planned.sent() - run.sent,
          run.reasons);
    }
  }

  private static String place(int partition, long offset) {
    return partition + "-" + offset;
  }

  private static Deed deed(
      ReplaySelection selection,
      Verdict verdict,
      Choice choice,
      Deed.Outcome outcome,
      String detail) {
    return new Deed(
        DEED,
        selection.toString(),
        outcome,
        detail,
        Map.of(
            "decision",
            verdict.decision().name(),
            "comment",
            verdict.comment(),
            "chosen",
            String.valueOf(choice.chosen().size())));
  }

  /** An entry that is meant. */
  private record Candidate(
      int partition, long offset, Instant at, Origin origin, String reason, boolean isReplay) {}

  /** An entry that is sent, and under which names. */
  private record Chosen(Candidate entry, String reviewId, List<String> waivedBefore) {}

  /** What is sent, and what is not. */
  private record Choice(List<Chosen> chosen, long before, long elsewhere, long unusable) {

    ReplayReport report() {
      return new ReplayReport(
          chosen.size(),
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

  private Choice choose(CommittedLog log, ReplaySelection selection, Verdict verdict) {
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
    Map<String, Review> reviews = LastRecords.of(cluster, log, topics.reviews(), names);
    List<Chosen> chosen = new ArrayList<>();
    candidates.forEach(
        (key, candidate) -> {
          Receipt receipt = receipts.get(key);
          boolean wasSent =
              ReviewIds.sending(candidate.origin()).stream().anyMatch(reviews::containsKey);
          if (receipt == null
              || !receipt.getStanding().equals(Standing.QUARANTINED.name())
              || !receipt.getOrigin().equals(candidate.origin())) {
            counts[1]++;
          } else if (!verdict.again() && (candidate.isReplay() || wasSent)) {
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
    return new Choice(
        List.copyOf(chosen.subList(0, Math.min(chosen.size(), selection.limit()))),
        counts[0],
        counts[1],
        counts[2]);
  }

  private boolean isMeant(QuarantinedPair pair, ReplaySelection selection) {
    if (selection.reason().filter(wanted -> !wanted.equals(pair.getReason())).isPresent()) {
      return false;
    }
    if (selection.source().isEmpty()) {
      return topics.rawNames().contains(pair.getOrigin().getTopic());
    }
    return raw(pair).filter(selection::isOfSource).isPresent();
  }

  private static boolean isUsable(QuarantinedPair pair, Verdict verdict) {
    return pair.getValue() != null
        && (!verdict.decision().waives()
            || RejectReason.named(pair.getReason()).filter(RejectReason::isWaivable).isPresent());
  }

  private static Candidate candidate(QuarantineEntry entry) {
    boolean isReplay =
        entry.pair().getHeaders().stream().map(Header::getKey).anyMatch(Replay.REVIEW::equals);
    return new Candidate(
        entry.partition(),
        entry.offset(),
        entry.arrivedAt(),
        entry.pair().getOrigin(),
        entry.pair().getReason(),
        isReplay);
  }

  private Optional<RawPair> raw(QuarantinedPair pair) {
    if (pair.getValue() == null || !topics.rawNames().contains(pair.getOrigin().getTopic())) {
      return Optional.empty();
    }
    ByteBuffer value = pair.getValue().duplicate();
    byte[] bytes = new byte[value.remaining()];
    value.get(bytes);
    try {
      Topic<String, RawPair> topic = topics.crowdsourced();
      return Optional.of(topic.value().deserializer().deserialize(topic.name(), bytes));
    } catch (SerializationException e) {
      cluster.requireRegistry();
      return Optional.empty();
    }
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

  /** The sending of what was chosen. */
  private final class Run {

    private final DecisionLog decisions;
    private final Verdict verdict;
    private final double perSecond;
    private final LongConsumer progress;
    private final int pairsACommit;
    private final long startNanos = System.nanoTime();
    private final Map<String, Long> reasons = new TreeMap<>();
    private long sent;
    private int uncommitted;

    Run(DecisionLog decisions, Verdict verdict, double perSecond, LongConsumer progress) {
      this.decisions = decisions;
      this.verdict = verdict;
      this.perSecond = perSecond;
      this.progress = progress;
      this.pairsACommit = (int) Math.max(1, Math.min(PAIRS_A_COMMIT, perSecond));
    }

    void send(QuarantineEntry entry, Chosen chosen) {
      try {
        decisions.add(
            Judgement.of(
                topics,
                entry,
                verdict,
                chosen.reviewId(),
                chosen.waivedBefore(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS)));
      } catch (UndecidableException e) {
        return; // too large by the headers of a replay
      }
      reasons.merge(entry.pair().getReason(), 1L, Long::sum);
      uncommitted++;
      if (uncommitted >= pairsACommit || decisions.isFull()) {
        commit();
      }
    }

    void commit() {
      if (uncommitted == 0) {
        return;
      }
      decisions.commit();
      sent += uncommitted;
      uncommitted = 0;
      progress.accept(sent);
      pace();
    }

    private void pace() {
      Duration due =
          Double.isInfinite(perSecond)
              ? Duration.ZERO
              : Duration.ofNanos((long) (sent / perSecond * 1e9));
      long waitNanos = startNanos + due.toNanos() - System.nanoTime();
      if (waitNanos > 0) {
        try {
          TimeUnit.NANOSECONDS.sleep(waitNanos);
        } catch (InterruptedException e) {
          throw new InterruptException(e);
        }
      }
    }
  }
}
