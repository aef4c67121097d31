package io.pairstream.preprocess.world;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Partitions that stand still at a record, because the registry does not say whether it has the
 * schema that the record names. Most answers come within a moment; where one does not, an operator
 * is told. Thread-safe.
 */
final class HeldRecords {

  private static final Logger LOG = LoggerFactory.getLogger(HeldRecords.class);

  /** From when on it is more than a lookup. */
  static final Duration LONG = Duration.ofSeconds(5);

  /**
   * A record at which a partition stands.
   *
   * @param isSaid whether the log has it
   */
  private record Held(long offset, int schemaId, long sinceNanos, boolean isSaid) {}

  private final LongSupplier nanoTime;
  private final Map<TopicPartition, Held> held = new ConcurrentHashMap<>();

  /**
   * @param nanoTime nanoseconds as {@link System#nanoTime} counts them
   */
  HeldRecords(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Notes that a partition stands at a record; again each time that it is found there. */
  void hold(TopicPartition partition, long offset, int schemaId) {
    held.compute(
        partition,
        (same, before) -> {
          if (before == null || before.offset() != offset) {
            return new Held(offset, schemaId, nanoTime.getAsLong(), false);
          }
          if (before.isSaid() || !isLong(before)) {
            return before;
          }
          LOG.warn("{}", sentence(partition, before));
          return new Held(offset, schemaId, before.sinceNanos(), true);
        });
  }

  /** Notes that a partition goes on, or is no longer ours. */
  void release(TopicPartition partition) {
    Held before = held.remove(partition);
    if (before != null && before.isSaid()) {
      LOG.info("{} stands still no longer", partition);
    }
  }

  /** What an operator is to know; empty where no partition has stood still for long. */
  Optional<String> trouble() {
    List<Map.Entry<TopicPartition, Held>> standing =
        held.entrySet().stream()
            .filter(one -> isLong(one.getValue()))
            .sorted(Comparator.comparing(one -> one.getKey().toString()))
            .toList();
    if (standing.isEmpty()) {
      return Optional.empty();
    }
    String first = sentence(standing.get(0).getKey(), standing.get(0).getValue());
    int others = standing.size() - 1;
    return Optional.of(others == 0 ? first : first + ", and " + others + " more like it");
  }

  private boolean isLong(Held one) {
    return nanoTime.getAsLong() - one.sinceNanos() >= LONG.toNanos();
  }

  private static String sentence(TopicPartition partition, Held one) {
    return "%s stands still at offset %d: the registry does not say whether it has schema id %d"
        .formatted(partition, one.offset(), one.schemaId());
  }
}
