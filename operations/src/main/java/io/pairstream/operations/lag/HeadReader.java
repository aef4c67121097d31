package io.pairstream.operations.lag;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import java.time.Duration;
import java.util.HashMap;
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
    for (Wanted one : wanted) {
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      if (left.isNegative() || bytes[0] > MOST_BYTES) {
        break;
      }
      HeadRecord[] head = {null};
      Set<TopicPartition> unread =
          log.readWithin(
              left,
              Map.of(one.place().partition(), one.offsets()),
              record -> {
                bytes[0] += Math.max(0, record.serializedValueSize());
                head[0] = describe.of(record);
                return false;
              });
      if (unread.isEmpty()) {
        found.put(one.place(), new Head(Optional.ofNullable(head[0]), one.offsets().to()));
      }
    }
    return found;
  }

  @Override
  public void close() {
    log.close();
  }
}
