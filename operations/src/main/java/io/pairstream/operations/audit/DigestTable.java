package io.pairstream.operations.audit;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A set of 128-bit digests, numbered from 0 in the order in which they came. Takes 16 bytes per
 * digest and 8 to 16 for its index.
 */
final class DigestTable {

  /** Hex digits of a digest that count. */
  static final int HEX_DIGITS = 32;

  private static final int HALF = 16;
  private static final int NONE = -1;

  private long[] high = new long[1024];
  private long[] low = new long[1024];
  private int[] slots = filled(4096);
  private int size;

  /** Whether a text begins with 32 lower-case hex digits, as this table's digests do. */
  static boolean isDigest(String text) {
    if (text.length() < HEX_DIGITS) {
      return false;
    }
    for (int i = 0; i < HEX_DIGITS; i++) {
      char c = text.charAt(i);
      if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return true;
  }

  /** Number of a digest, which is put in where it is new: then the number is the size before. */
  int add(String hex) {
    long h = HexFormat.fromHexDigitsToLong(hex, 0, HALF);
    long l = HexFormat.fromHexDigitsToLong(hex, HALF, HEX_DIGITS);
    int slot = slotOf(h, l);
    if (slots[slot] != NONE) {
      return slots[slot];
    }
    if (size == high.length) {
      high = Arrays.copyOf(high, size * 2);
      low = Arrays.copyOf(low, size * 2);
    }
    high[size] = h;
    low[size] = l;
    slots[slot] = size;
    size++;
    if (size > slots.length / 2) {
      grow();
    }
    return size - 1;
  }

  /** Number of a digest; -1 where it is not there. */
  int find(String hex) {
    return slots[
        slotOf(
            HexFormat.fromHexDigitsToLong(hex, 0, HALF),
            HexFormat.fromHexDigitsToLong(hex, HALF, HEX_DIGITS))];
  }

  int size() {
    return size;
  }

  /** The digest as 32 lower-case hex digits. */
  String hex(int number) {
    return HexFormat.of().toHexDigits(high[number]) + HexFormat.of().toHexDigits(low[number]);
  }

  /** Where a digest is, or would be put. */
  private int slotOf(long h, long l) {
    int slot = (int) (h ^ l) & (slots.length - 1);
    while (slots[slot] != NONE && (high[slots[slot]] != h || low[slots[slot]] != l)) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  private void grow() {
    slots = filled(slots.length * 2);
    for (int number = 0; number < size; number++) {
      slots[slotOf(high[number], low[number])] = number;
    }
  }

  private static int[] filled(int length) {
    int[] slots = new int[length];
    Arrays.fill(slots, NONE);
    return slots;
  }
}
