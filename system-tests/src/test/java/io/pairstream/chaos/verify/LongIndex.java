package io.pairstream.chaos.verify;

import java.util.Arrays;

/**
 * Gives each key a number from 0 on, in the order in which keys come. Of a digest, 64 bits are key
 * enough: among a million the chance that two are alike is below one in ten million.
 */
final class LongIndex {

  private static final int EMPTY = -1;

  private final LongColumn keys = new LongColumn();
  private int[] slots = new int[1024];

  LongIndex() {
    Arrays.fill(slots, EMPTY);
  }

  /** First 64 bits of a digest in hex. */
  static long keyOf(String hex) {
    return Long.parseUnsignedLong(hex, 0, 16, 16);
  }

  int size() {
    return keys.size();
  }

  /** The key's number; -1 where it has none. */
  int find(long key) {
    return slots[slot(key)];
  }

  /** The key's number, a new one where it had none. */
  int add(long key) {
    int slot = slot(key);
    if (slots[slot] == EMPTY) {
      slots[slot] = keys.size();
      keys.append(key);
      if (keys.size() * 2 > slots.length) {
        grow();
        return keys.size() - 1;
      }
    }
    return slots[slot];
  }

  private int slot(long key) {
    int slot = (int) (key ^ (key >>> 32)) & (slots.length - 1);
    while (slots[slot] != EMPTY && keys.get(slots[slot]) != key) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  private void grow() {
    slots = new int[slots.length * 2];
    Arrays.fill(slots, EMPTY);
    for (int number = 0; number < keys.size(); number++) {
      slots[slot(keys.get(number))] = number;
    }
  }
}
