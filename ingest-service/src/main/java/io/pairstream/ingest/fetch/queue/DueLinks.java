package io.pairstream.ingest.fetch.queue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which records of a partition are due when. Keeps offsets and times alone, no more of them than
 * the partition's window has offsets: about 150 bytes each. Not thread-safe.
 */
final class DueLinks {

  /** An offset and when its record is due. */
  record Due(Instant at, long offset) {}

  private final TreeMap<Long, Instant> byOffset = new TreeMap<>();
  private final TreeSet<Due> byTime =
      new TreeSet<>(Comparator.comparing(Due::at).thenComparing(Due::offset));

  /** Takes an offset up, or gives it another time. */
  void add(long offset, Instant at) {
    Instant before = byOffset.put(offset, at);
    if (before != null) {
      byTime.remove(new Due(before, offset));
    }
    byTime.add(new Due(at, offset));
  }

  /** Takes out those that are due, the longest due first. */
  List<Due> take(Instant now, int atMost) {
    List<Due> due = new ArrayList<>();
    while (due.size() < atMost && !byTime.isEmpty() && !byTime.first().at().isAfter(now)) {
      Due first = byTime.pollFirst();
      byOffset.remove(first.offset());
      due.add(first);
    }
    return due;
  }

  /** Takes out those of the lowest offsets, whenever they are due. */
  List<Due> takeLowest(long below, int atMost) {
    List<Due> lowest = new ArrayList<>();
    while (lowest.size() < atMost && !byOffset.isEmpty() && byOffset.firstKey() < below) {
      var entry = byOffset.pollFirstEntry();
      Due first = new Due(entry.getValue(), entry.getKey());
      byTime.remove(first);
      lowest.add(first);
    }
    return lowest;
  }

  int size() {
    return byOffset.size();
  }
}
