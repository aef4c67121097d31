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

  private record Due(Instant at, long offset) {}

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

  /** Takes out the offsets that are due, the longest due first. */
  List<Long> take(Instant now, int atMost) {
    List<Long> due = new ArrayList<>();
    while (due.size() < atMost && !byTime.isEmpty() && !byTime.first().at().isAfter(now)) {
      long offset = byTime.pollFirst().offset();
      byOffset.remove(offset);
      due.add(offset);
    }
    return due;
  }

  /** Takes out the lowest offsets, whenever they are due. */
  List<Long> takeLowest(long below, int atMost) {
    List<Long> lowest = new ArrayList<>();
    while (lowest.size() < atMost && !byOffset.isEmpty() && byOffset.firstKey() < below) {
      var first = byOffset.pollFirstEntry();
      byTime.remove(new Due(first.getValue(), first.getKey()));
      lowest.add(first.getKey());
    }
    return lowest;
  }

  int size() {
    return byOffset.size();
  }

  /** Entries of both orders together: two for each offset. */
  int entries() {
    return byOffset.size() + byTime.size();
  }
}
