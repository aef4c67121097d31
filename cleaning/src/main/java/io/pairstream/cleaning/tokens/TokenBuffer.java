package io.pairstream.cleaning.tokens;

import java.util.Arrays;

/** Token ids in the making. Not thread-safe. */
final class TokenBuffer {

  private int[] ids;
  private int size;

  TokenBuffer(int capacity) {
    ids = new int[Math.max(16, capacity)];
  }

  void add(int id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size * 2);
    }
    ids[size++] = id;
  }

  void addAll(int[] more, int count) {
    if (size + count > ids.length) {
      ids = Arrays.copyOf(ids, Math.max(size + count, ids.length * 2));
    }
    System.arraycopy(more, 0, ids, size, count);
    size += count;
  }

  int size() {
    return size;
  }

  /** The ids from {@code start} on, as an array of their own. */
  int[] from(int start) {
    return Arrays.copyOfRange(ids, start, size);
  }
}
