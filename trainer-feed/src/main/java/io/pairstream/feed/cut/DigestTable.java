package io.pairstream.feed.cut;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A number and a size for each key: a table of open addressing, since a million objects keep the
 * garbage collector busy for as long as their reading takes. Not thread-safe.
 */
final class DigestTable {

  private static final long FREE = -1;
  private static final long REMOVED = -2;

  private long[] keys;
  private long[] numbers;
  private int[] sizes;
  private int used;
  private int held;

  /** Number and size of a key. */
  record Entry(long number, int size) {}

  /** Receives entries without an object for each. */
  interface Visitor {

    void accept(long key, long number);
  }

  DigestTable() {
    allocate(1024);
  }

  /**
   * @param key 64 bits of the key's digest, so that keys are spread over the table
   * @param number at least 0
   */
  void put(long key, long number, int size) {
    int at = find(key);
    if (numbers[at] == FREE) {
      used++;
    }
    if (numbers[at] < 0) {
      held++;
    }
    keys[at] = key;
    numbers[at] = number;
    sizes[at] = size;
    if (used > keys.length / 2) {
      grow();
    }
  }

  void remove(long key) {
    int at = find(key);
    if (numbers[at] >= 0) {
      numbers[at] = REMOVED;
      held--;
    }
  }

  /** The entry of a key; empty where there is none. */
  Optional<Entry> get(long key) {
    int at = find(key);
    return numbers[at] < 0 ? Optional.empty() : Optional.of(new Entry(numbers[at], sizes[at]));
  }

  /** Shows each entry, in no order. The visitor changes nothing here. */
  void forEach(Visitor visitor) {
    for (int at = 0; at < keys.length; at++) {
      if (numbers[at] >= 0) {
        visitor.accept(keys[at], numbers[at]);
      }
    }
  }

  /**
   * The entries with a number from one on.
   *
   * @param least at least 0
   */
  DigestTable from(long least) {
    DigestTable rest = new DigestTable();
    for (int at = 0; at < keys.length; at++) {
      if (numbers[at] >= least) {
        rest.put(keys[at], numbers[at], sizes[at]);
      }
    }
    return rest;
  }

  int size() {
    return held;
  }

  List<Entry> byNumber() {
    List<Entry> all = new ArrayList<>(held);
    for (int at = 0; at < keys.length; at++) {
      if (numbers[at] >= 0) {
        all.add(new Entry(numbers[at], sizes[at]));
      }
    }
    all.sort(Comparator.comparingLong(Entry::number));
    return all;
  }

  private int find(long key) {
    int at = (int) key & keys.length - 1;
    while (numbers[at] != FREE && keys[at] != key) {
      at = at + 1 & keys.length - 1;
    }
    return at;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldNumbers = numbers;
    int[] oldSizes = sizes;
    allocate(4 * held > keys.length ? 2 * keys.length : keys.length);
    for (int at = 0; at < oldKeys.length; at++) {
      if (oldNumbers[at] >= 0) {
        put(oldKeys[at], oldNumbers[at], oldSizes[at]);
      }
    }
  }

  private void allocate(int length) {
    keys = new long[length];
    numbers = new long[length];
    Arrays.fill(numbers, FREE);
    sizes = new int[length];
    used = 0;
    held = 0;
  }
}
