package io.pairstream.cleaning.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A file's bytes, read as unsigned numbers at a position. Callers ask {@link #has} before they read
 * beyond what they know to be there.
 */
final class HeaderBytes {

  /** The first byte is the lowest. */
  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long LOWEST_BITS = 0x0101010101010101L;
  private static final long HIGHEST_BITS = 0x8080808080808080L;

  private final byte[] bytes;
  private final ByteBuffer words;

  HeaderBytes(byte[] bytes) {
    this.bytes = bytes;
    this.words = ByteBuffer.wrap(bytes);
  }

  /** Switches to numbers with the lowest byte first. */
  HeaderBytes littleEndian() {
    words.order(ByteOrder.LITTLE_ENDIAN);
    return this;
  }

  /** A header that cannot be that of a whole file; {@code getMessage} says what is wrong. */
  static final class DamagedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DamagedException(String what) {
      super(what, null, false, false); // the record's fault, so that the place says nothing
    }
  }

  /** Continues where {@code fine}. */
  static void check(boolean fine, String otherwise) {
    if (!fine) {
      throw new DamagedException(otherwise);
    }
  }

  /** Continues where both sides have a pixel. */
  static void checkSize(long widthPx, long heightPx) {
    check(
        widthPx > 0 && heightPx > 0 && Math.max(widthPx, heightPx) <= Integer.MAX_VALUE,
        "it declares " + widthPx + "x" + heightPx + " px");
  }

  int length() {
    return bytes.length;
  }

  /** Whether {@code count} bytes are there from position {@code at} on. */
  boolean has(long at, long count) {
    return at >= 0 && at <= bytes.length - count;
  }

  /**
   * Where the first byte FF is from {@code at} on, or -1. Eight bytes at a time: a photograph's
   * code has one in a few hundred, and looking at each byte would be most of the gate's work.
   */
  int indexOfFF(int at) {
    int i = at;
    while (i + Long.BYTES <= bytes.length) {
      long inverted = ~(long) EIGHT_BYTES.get(bytes, i); // where there was FF, there is 00 now
      long found = (inverted - LOWEST_BITS) & ~inverted & HIGHEST_BITS; // exact up to the first
      if (found != 0) {
        return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
      i += Long.BYTES;
    }
    while (i < bytes.length) {
      if (bytes[i] == (byte) 0xFF) {
        return i;
      }
      i++;
    }
    return -1;
  }

  /** Whether there are bytes from one position to before another, all of them 0. */
  boolean isZeros(int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return from < to;
  }

  int u8(int at) {
    return bytes[at] & 0xFF;
  }

  int u16(int at) {
    return Short.toUnsignedInt(words.getShort(at));
  }

  int u24LittleEndian(int at) {
    return u8(at) | u8(at + 1) << 8 | u8(at + 2) << 16;
  }

  long u32(int at) {
    return Integer.toUnsignedLong(words.getInt(at));
  }

  /** Whether the bytes from {@code at} on are the Latin-1 characters of {@code text}. */
  boolean isText(int at, String text) {
    return text(at, text.length()).equals(text);
  }

  /** Up to {@code count} bytes from {@code at} on, as Latin-1 characters. */
  String text(int at, int count) {
    int end = Math.min(bytes.length, at + count);
    return at >= end ? "" : new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
  }
}
