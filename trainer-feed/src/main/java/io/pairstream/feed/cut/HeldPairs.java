package io.pairstream.feed.cut;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Where the pairs of a partition are, by their key: a table of open addressing, since a million
 * objects keep the garbage collector busy for as long as their reading takes. Not thread-safe.
 */
final class HeldPairs {

  private static final long FREE = -1;
  private static final long REMOVED = -2;

  private long[] keys;
  private long[] offsets;
  private int[] sizes;
  private int used;
  private int held;

  /** A pair that is there: where it is, and how large. */
  record Held(long offset, int bytes) {}

  HeldPairs() {
    allocate(1024);
  }

  /**
   * @param key 64 bits of the key's digest, so that keys are spread over the table
   * @param offset at least 0
   */
  void put(long key, long offset, int bytes) {
    int at = find(key);
    if (offsets[at] == FREE) {
      used++;
    }
    if (offsets[at] < 0) {
      held++;
    }
    keys[at] = key;
    offsets[at] = offset;
    sizes[at] = bytes;
    if (used > keys.length / 2) {
      grow();
    }
  }

  void remove(long key) {
    int at = find(key);
    if (offsets[at] >= 0) {
      offsets[at] = REMOVED;
      held--;
    }
  }

  int size() {
    return held;
  }

  List<Held> byOffset() {
    List<Held> all = new ArrayList<>(held);
    for (int at = 0; at < keys.length; at++) {
      if (offsets[at] >= 0) {
        all.add(new Held(offsets[at], sizes[at]));
      }
    }
    all.sort(Comparator.comparingLong(Held::offset));
    return all;
  }

  private int find(long key) {
    int at = (int) key & keys.length - 1;
    while (offsets[at] != FREE && keys[at] != key) {
      at = at + 1 & keys.length - 1;
    }
    return at;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldOffsets = offsets;
    int[] oldSizes = sizes;
    allocate(4 * held > keys.length ? 2 * keys.length : keys.length);
    for (int at = 0; at < oldKeys.length; at++) {
      if (oldOffsets[at] >= 0) {
        put(oldKeys[at], oldOffsets[at], oldSizes[at]);
      }
    }
  }

  private void allocate(int length) {
    keys = new long[length];
    offsets = new long[length];
    Arrays.fill(offsets, FREE);
    sizes = new int[length];
    used = 0;
    held = 0;
  }
}
