package io.pairstream.ingest.fetch.web;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A body that is arriving, in pieces, so that no more is held than has come: a sender may promise
 * much and send little. Not thread-safe.
 */
final class Body {

  private static final int FIRST_PIECE = 16 * 1024;
  private static final int PIECE = 64 * 1024;

  private final List<byte[]> full = new ArrayList<>();
  private byte[] piece = new byte[0];
  private int used;
  private int size;

  int size() {
    return size;
  }

  /**
   * Takes everything from the source.
   *
   * @return how many more bytes of memory are held than before
   */
  int add(ByteBuffer source) {
    int held = 0;
    while (source.hasRemaining()) {
      if (used == piece.length) {
        if (used > 0) {
          full.add(piece);
        }
        piece = new byte[size == 0 ? FIRST_PIECE : PIECE];
        used = 0;
        held += piece.length;
      }
      int part = Math.min(source.remaining(), piece.length - used);
      source.get(piece, used, part);
      used += part;
      size += part;
    }
    return held;
  }

  /** A copy of the first bytes; fewer where there are fewer. */
  byte[] first(int most) {
    byte[] start = full.isEmpty() ? piece : full.get(0);
    return Arrays.copyOf(start, Math.min(most, full.isEmpty() ? used : start.length));
  }

  /** All bytes, in one array. */
  byte[] bytes() {
    byte[] all = new byte[size];
    int at = 0;
    for (byte[] each : full) {
      System.arraycopy(each, 0, all, at, each.length);
      at += each.length;
    }
    System.arraycopy(piece, 0, all, at, used);
    return all;
  }
}
