package io.pairstream.chaos.verify;

import java.util.Arrays;

/** Numbers by index; 0 where none was put. Grows with the largest index. */
final class LongColumn {

  private long[] values = new long[1024];
  private int size;

  /** One more than the largest index that was put. */
  int size() {
    return size;
  }

  long get(long index) {
    return index >= 0 && index < size ? values[(int) index] : 0;
  }

  void put(long index, long value) {
    int at = Math.toIntExact(index);
    if (at >= values.length) {
      values = Arrays.copyOf(values, Math.max(at + 1, values.length * 2));
    }
    values[at] = value;
    size = Math.max(size, at + 1);
  }

  void append(long value) {
    put(size, value);
  }

  /** Puts one more than there is; answers what there is then. */
  long increase(long index) {
    put(index, get(index) + 1);
    return get(index);
  }
}
