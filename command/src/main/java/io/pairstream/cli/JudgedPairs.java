package io.pairstream.cli;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.demo.OutputCounts;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/** Waits until the topology has decided every raw pair on the topics, and says how. */
final class JudgedPairs {

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final ClusterAccess access;
  private final PrintWriter err;
  private final Map<TopicPartition, Long> rawBefore;
  private final Map<TopicPartition, Long> receiptsBefore;

  JudgedPairs(ClusterAccess access, PrintWriter err) {
    this.access = access;
    this.err = err;
    try (CommittedLog log = CommittedLog.open(access)) {
      List<TopicPartition> raw = new ArrayList<>();
      raw.addAll(log.partitions(access.topics().crowdsourced().name()));
      raw.addAll(log.partitions(access.topics().scraped().name()));
      rawBefore = log.ends(raw);
      receiptsBefore = log.ends(log.partitions(access.topics().receipts().name()));
    }
  }

  /**
   * Returns once none of them waits; links that are still to be fetched are not waited for.
   *
   * @return what was decided since this was made, whoever sent it
   */
  OutputCounts await() {
    try (CommittedLog log = CommittedLog.open(access);
        Admin admin = access.admin()) {
      Map<TopicPartition, Long> starts = log.beginnings(rawBefore.keySet());
      await(admin, starts, log.ends(rawBefore.keySet()));
      return decided(admin, log);
    }
  }

  private void await(
      Admin admin, Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {
    long all = waiting(admin, starts, ends);
    Pace pace = new Pace(BETWEEN_LINES);
    boolean isSaid = false;
    try (Progress progress = new Progress(err, "judging", "pairs", all)) {
      for (long left = all; left > 0; left = waiting(admin, starts, ends)) {
        progress.at(all - left, all);
        if (!progress.isLive() && (!isSaid || pace.isDue())) {
          progress.line(String.format(Locale.ROOT, "raw pairs that wait to be judged: %,d", left));
          isSaid = true;
        }
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      }
    }
  }

  /** Raw pairs before those ends that the topology has not committed. */
  private long waiting(
      Admin admin, Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> committed =
        ClusterAccess.committedAndSettled(admin, access.dataset().preprocessGroup(), ends.keySet());
    return ends.entrySet().stream()
        .mapToLong(
            end -> {
              long start = starts.get(end.getKey());
              long from = Math.max(start, committed.getOrDefault(end.getKey(), start));
              return Math.max(0, end.getValue() - from);
            })
        .sum();
  }

  /** Counts the receipts; of a copy there is one more with the origin that was decided before. */
  private OutputCounts decided(Admin admin, CommittedLog log) {
    Deserializer<Receipt> receipts = access.topics().receipts().value().deserializer();
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    receiptsBefore.keySet().forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    // Up to the very end: a transaction whose offsets count may not have ended here yet.
    Map<TopicPartition, Stretch> stretches = new HashMap<>();
    KafkaAnswers.await(
            admin
                .listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                .all())
        .forEach(
            (partition, end) ->
                stretches.put(partition, new Stretch(receiptsBefore.get(partition), end.offset())));
    Map<PairStatus, Long> published = new EnumMap<>(PairStatus.class);
    Map<String, Long> quarantine = new HashMap<>();
    Map<TopicPartition, BitSet> seen = new HashMap<>();
    log.read(
        stretches,
        record -> {
          if (record.value() == null) {
            return true;
          }
          Receipt receipt = receipts.deserialize(record.topic(), record.value());
          PairStatus standing = PairStatus.valueOf(receipt.getStanding());
          if (standing == PairStatus.QUARANTINED) {
            quarantine.merge(receipt.getReason(), 1L, Long::sum);
          } else if (standing == PairStatus.WITHDRAWN) {
            quarantine.merge(RejectReason.WITHDRAWN.name(), 1L, Long::sum);
          } else if (isFirst(receipt, seen)) {
            published.merge(standing, 1L, Long::sum);
          } else {
            quarantine.merge(RejectReason.DUPLICATE_PAIR.name(), 1L, Long::sum);
          }
          return true;
        });
    return new OutputCounts(
        published.getOrDefault(PairStatus.TRAINING, 0L),
        published.getOrDefault(PairStatus.VALIDATION, 0L),
        published.getOrDefault(PairStatus.TEST, 0L),
        quarantine,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private boolean isFirst(Receipt receipt, Map<TopicPartition, BitSet> seen) {
    Origin origin = receipt.getOrigin();
    TopicPartition raw = new TopicPartition(origin.getTopic(), origin.getPartition());
    long since = origin.getOffset() - rawBefore.getOrDefault(raw, Long.MAX_VALUE);
    if (since < 0) {
      return receipt.getCopies() == 1;
    }
    BitSet offsets = seen.computeIfAbsent(raw, partition -> new BitSet());
    int bit = Math.toIntExact(since);
    boolean isFirst = !offsets.get(bit);
    offsets.set(bit);
    return isFirst;
  }
}
