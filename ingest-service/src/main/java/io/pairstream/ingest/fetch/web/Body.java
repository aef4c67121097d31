package io.pairstream.ingest.fetch.web;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A body that is arriving. Memory grows with what has come, and not with what is promised: a sender
 * may promise much and send little. Not thread-safe.
 */
final class Body {

  private static final int FIRST = 16 * 1024;

  /** How many times as much as has come is held, where so much is promised. */
  private static final int TRUST = 8;

  private byte[] bytes = new byte[0];
  private int size;

  int size() {
    return size;
  }

  /**
   * Takes everything from the source.
   *
   * @param promised how many bytes the whole body is said to have; negative where nobody knows
   * @return how many more bytes of memory are held than before
   */
  int add(ByteBuffer source, long promised) {
    int needed = size + source.remaining();
    int before = bytes.length;
    if (needed > before) {
      bytes = Arrays.copyOf(bytes, capacity(needed, promised));
    }
    source.get(bytes, size, source.remaining());
    size = needed;
    return bytes.length - before;
  }

  private int capacity(int needed, long promised) {
    if (promised >= needed) {
      long trusted = size == 0 ? FIRST : (long) size * TRUST;
      return (int) Math.min(promised, Math.max(needed, trusted));
    }
    return Math.max(needed, Math.max(FIRST, 2 * bytes.length));
  }

  /** A copy of the first bytes; fewer where there are fewer. */
  byte[] first(int most) {
    return Arrays.copyOf(bytes, Math.min(most, size));
  }

  /** All bytes; the array itself where it is full, and a copy otherwise. */
  byte[] bytes() {
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }
}
