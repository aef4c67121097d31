package io.pairstream.ingest.fetch.queue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Which records of a partition are due when. Keeps offsets and times alone, no more of them than
 * the partition's window has offsets: about 150 bytes each. Not thread-safe.
 */
final class DueLinks {

  private record Due(Instant at, long offset) {}

  private final TreeMap<Long, Instant> byOffset = new TreeMap<>();
  private final PriorityQueue<Due> byTime =
      new PriorityQueue<>(Comparator.comparing(Due::at).thenComparing(Due::offset));

  void add(long offset, Instant at) {
    byOffset.put(offset, at);
    byTime.add(new Due(at, offset));
  }

  /** Takes out the offsets that are due, the longest due first. */
  List<Long> take(Instant now, int atMost) {
    List<Long> due = new ArrayList<>();
    while (due.size() < atMost && !byTime.isEmpty() && !byTime.peek().at().isAfter(now)) {
      long offset = byTime.remove().offset();
      if (byOffset.remove(offset) != null) {
        due.add(offset);
      }
    }
    return due;
  }

  /** Takes out the lowest offsets, whenever they are due. */
  List<Long> takeLowest(long below, int atMost) {
    List<Long> lowest = new ArrayList<>();
    while (lowest.size() < atMost && !byOffset.isEmpty() && byOffset.firstKey() < below) {
      lowest.add(byOffset.pollFirstEntry().getKey());
    }
    return lowest;
  }

  int size() {
    return byOffset.size();
  }
}
