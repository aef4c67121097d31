package io.pairstream.operations.lag;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads single records where groups stand, committed ones alone, so that transaction markers are
 * passed over. Bounded in bytes and time. Not thread-safe.
 */
final class HeadReader implements AutoCloseable {

  private static final int AT_ONCE = 64;
  private static final Duration LONGEST_READING = Duration.ofSeconds(3);
  private static final long MOST_BYTES = 32L * 1024 * 1024;

  private final CommittedLog log;
  private final DescribeHead describe;

  HeadReader(ClusterAccess cluster) {
    this.log = CommittedLog.openForSingleRecords(cluster);
    this.describe = new DescribeHead(cluster);
  }

  /** A place where somebody stands. */
  record Place(TopicPartition partition, long offset) {}

  /**
   * What was found where a group reads next.
   *
   * @param record the first record; empty where there is none up to {@code lookedUpTo}
   * @param lookedUpTo where the log ended when that was looked for
   */
  record Head(Optional<HeadRecord> record, long lookedUpTo) {}

  /** A place that is looked at, and the offsets at or behind it that are. */
  record Wanted(Place place, Stretch offsets) {}

  /**
   * Reads what lies at these places, the first ones first, until there is too much of it or it
   * takes too long. What is not read is not in the answer.
   */
  Map<Place, Head> read(List<Wanted> wanted) {
    Map<Place, Head> found = new HashMap<>();
    long deadline = System.nanoTime() + LONGEST_READING.toNanos();
    long[] bytes = {0};
    List<Wanted> left = new ArrayList<>(wanted);
    while (!left.isEmpty() && bytes[0] < MOST_BYTES && System.nanoTime() < deadline) {
      Map<TopicPartition, Wanted> some = next(left);
      Map<TopicPartition, Stretch> stretches = new HashMap<>();
      some.forEach((partition, one) -> stretches.put(partition, one.offsets()));
      Set<TopicPartition> unread =
          log.readWithin(
              Duration.ofNanos(deadline - System.nanoTime()),
              stretches,
              record -> {
                Wanted one = some.get(new TopicPartition(record.topic(), record.partition()));
                bytes[0] += Math.max(0, record.serializedValueSize());
                found.put(
                    one.place(), new Head(Optional.of(describe.of(record)), one.offsets().to()));
                return false;
              });
      some.keySet().removeAll(unread);
      some.values()
          .forEach(
              one ->
                  found.putIfAbsent(one.place(), new Head(Optional.empty(), one.offsets().to())));
    }
    return found;
  }

  /** Takes the next few, each partition once: a consumer has one position on it. */
  private static Map<TopicPartition, Wanted> next(List<Wanted> left) {
    Map<TopicPartition, Wanted> some = new HashMap<>();
    Iterator<Wanted> each = left.iterator();
    while (each.hasNext() && some.size() < AT_ONCE) {
      Wanted one = each.next();
      if (some.putIfAbsent(one.place().partition(), one) == null) {
        each.remove();
      }
    }
    return some;
  }

  @Override
  public void close() {
    log.close();
  }
}
