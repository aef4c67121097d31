package io.pairstream.ingest.fetch.queue;

import io.pairstream.service.transactions.AssignedPartition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A partition of links or of waiting links, and which of its records are due when. Of those it
 * keeps offsets and times alone, no more of them than the window of unfinished offsets has: about
 * 150 bytes each. Not thread-safe, but for {@link #isAssigned}.
 */
final class LinkPartition extends AssignedPartition {

  /** An offset and when its record is due. */
  record Due(Instant at, long offset) {}

  private final TreeMap<Long, Instant> dueByOffset = new TreeMap<>();
  private final TreeSet<Due> dueByTime =
      new TreeSet<>(Comparator.comparing(Due::at).thenComparing(Due::offset));
  private Instant carriedAt = Instant.EPOCH;

  LinkPartition(TopicPartition partition, OffsetAndMetadata committed) {
    super(partition, committed);
  }

  /** Takes a record up that is due at a time. */
  void addDue(long offset, Instant at) {
    dueByOffset.put(offset, at);
    dueByTime.add(new Due(at, offset));
  }

  /** Takes out those that are due, the longest due first. */
  List<Due> takeDue(Instant now, int atMost) {
    List<Due> due = new ArrayList<>();
    while (due.size() < atMost && !dueByTime.isEmpty() && !dueByTime.first().at().isAfter(now)) {
      Due first = dueByTime.pollFirst();
      dueByOffset.remove(first.offset());
      due.add(first);
    }
    return due;
  }

  /** Takes out those of the lowest offsets, whenever they are due. */
  List<Due> takeLowest(long below, int atMost) {
    List<Due> lowest = new ArrayList<>();
    while (lowest.size() < atMost && !dueByOffset.isEmpty() && dueByOffset.firstKey() < below) {
      var entry = dueByOffset.pollFirstEntry();
      Due first = new Due(entry.getValue(), entry.getKey());
      dueByTime.remove(first);
      lowest.add(first);
    }
    return lowest;
  }

  /** Records that are not due yet. */
  int notDue() {
    return dueByOffset.size();
  }

  /** When the first of them is due; {@link Instant#MAX} where there is none. */
  Instant nextDue() {
    return dueByTime.isEmpty() ? Instant.MAX : dueByTime.first().at();
  }

  /** Whether records may be carried on now to make room; notes that they are. */
  boolean carriesOn(Instant now, Duration every) {
    boolean carries = carriedAt.plus(every).isBefore(now);
    carriedAt = carries ? now : carriedAt;
    return carries;
  }
}
