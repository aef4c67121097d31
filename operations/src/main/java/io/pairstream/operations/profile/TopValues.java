package io.pairstream.operations.profile;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How often each value occurs, in bounded memory: exact while there are no more values than
 * counters; beyond that the most frequent ones, of which none is counted too low, and none too high
 * by more than {@link #error()}. A value without a counter occurs at most that often.
 *
 * <p>This is Integrated SpaceSaving±, which stays right while values come and go in any order: a
 * counter knows additions and removals apart, a value without a counter takes over the one with the
 * fewest additions, and a removal of a value without a counter is passed over. With {@code k}
 * counters the error is at most the additions over {@code k}. Equal counters are told apart by
 * their values, so that counters alone are the state.
 *
 * <p>Not thread-safe.
 *
 * @see <a href="https://arxiv.org/abs/2309.12623">Zhao and others, The SpaceSaving± Family of
 *     Algorithms for Data Streams with Bounded Deletions</a>
 */
final class TopValues {

  /**
   * A value's counter.
   *
   * @param added additions, and those that it took over; at least 1
   * @param removed removals since it took over
   */
  record Counter(String value, long added, long removed) {

    long count() {
      return added - removed;
    }
  }

  private static final Comparator<Counter> FEWEST_FIRST =
      Comparator.comparingLong(Counter::added).thenComparing(Counter::value);

  private final int capacity;
  private final Map<String, Counter> counters = new HashMap<>();
  private final TreeSet<Counter> inOrder = new TreeSet<>(FEWEST_FIRST);
  private final Set<String> touched = new HashSet<>();
  private boolean exact = true;

  /**
   * @param capacity how many counters; at least 1
   */
  TopValues(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1, was " + capacity);
    }
    this.capacity = capacity;
  }

  /** Counts a value once more; returns the value that has lost its counter, if one has. */
  Optional<String> add(String value) {
    Counter known = counters.get(value);
    if (known != null) {
      drop(known);
      put(new Counter(value, known.added + 1, known.removed));
      return Optional.empty();
    }
    if (counters.size() < capacity) {
      put(new Counter(value, 1, 0));
      return Optional.empty();
    }
    exact = false;
    Counter fewest = inOrder.first();
    drop(fewest);
    put(new Counter(value, fewest.added + 1, 0));
    return Optional.of(fewest.value);
  }

  /**
   * Counts a value, which was added before, once less; returns whether it has lost its counter.
   *
   * <p>A counter that is back at 0 is given up as long as all are exact: it is as if its value had
   * never been there.
   */
  boolean remove(String value) {
    Counter known = counters.get(value);
    if (known == null) {
      return false;
    }
    drop(known);
    if (exact && known.count() == 1) {
      return true;
    }
    put(new Counter(value, known.added, known.removed + 1));
    return false;
  }

  /** The counts of the values that have a counter; 1 or more each. */
  Map<String, Long> counts() {
    Map<String, Long> counts = new HashMap<>();
    for (Counter counter : inOrder) {
      if (counter.count() > 0) {
        counts.put(counter.value, counter.count());
      }
    }
    return counts;
  }

  /** A value's counter, if it has one. */
  Optional<Counter> counter(String value) {
    return Optional.ofNullable(counters.get(value));
  }

  /** Whether no value ever had to give up its counter. */
  boolean isExact() {
    return exact;
  }

  /** By how much a count may be too high, and how often a value without a counter may occur. */
  long error() {
    return exact ? 0 : inOrder.first().added;
  }

  /** Values whose counters have changed since this was last asked. */
  Set<String> takeChanges() {
    Set<String> taken = Set.copyOf(touched);
    touched.clear();
    return taken;
  }

  /** Puts a counter back as it was kept. */
  void restore(Counter kept) {
    counters.put(kept.value, kept);
    inOrder.add(kept);
  }

  /** Puts back what is kept beside the counters. */
  void restore(boolean keptExact) {
    exact = keptExact;
  }

  private void put(Counter counter) {
    counters.put(counter.value, counter);
    inOrder.add(counter);
    touched.add(counter.value);
  }

  private void drop(Counter counter) {
    counters.remove(counter.value);
    inOrder.remove(counter);
    touched.add(counter.value);
  }
}
