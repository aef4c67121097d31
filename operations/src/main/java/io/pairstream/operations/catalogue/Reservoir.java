package io.pairstream.operations.catalogue;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A uniform sample of a stream whose length nobody knows: each thing that came is in it with the
 * same probability. Not thread-safe.
 *
 * @see <a href="https://doi.org/10.1145/3147.3165">Vitter, Random Sampling with a Reservoir
 *     (algorithm R)</a>
 */
final class Reservoir<T> {

  private final int size;
  private final RandomGenerator random;
  private final List<T> kept = new ArrayList<>();
  private long seen;

  /**
   * @param size things in the sample at most; at least 1
   */
  Reservoir(int size, RandomGenerator random) {
    this.size = size;
    this.random = random;
  }

  void add(T one) {
    seen++;
    if (kept.size() < size) {
      kept.add(one);
      return;
    }
    long place = random.nextLong(seen);
    if (place < size) {
      kept.set((int) place, one);
    }
  }

  /** How many came. */
  long seen() {
    return seen;
  }

  List<T> sample() {
    return List.copyOf(kept);
  }
}
