package io.pairstream.cleaning.forbidden;

import java.util.Arrays;

/**
 * Finds out whether a 64-bit hash is within a few bits of one of many.
 *
 * <p>Multi-index hashing (Norouzi and others, CVPR 2012): the bits are cut into one part more than
 * may differ, so at least one part of a near hash is the same, and only hashes that share a part
 * are compared. With a million hashes and 4 bits that is about 600 of them. Immutable; takes 8
 * bytes per hash and part.
 */
final class HashIndex {

  private static final int BITS = 64;

  private final int maxDistanceBits;
  private final Part[] parts;

  /**
   * @param maxDistanceBits how many bits a near hash may differ by; 0 to 8
   */
  HashIndex(long[] hashes, int maxDistanceBits) {
    this.maxDistanceBits = maxDistanceBits;
    // Parts of at most 16 bits, so that no table has more than 65,536 places.
    int count = Math.max(maxDistanceBits + 1, 4);
    parts = new Part[count];
    for (int i = 0; i < count; i++) {
      int from = BITS * i / count;
      parts[i] = new Part(hashes, from, BITS * (i + 1) / count - from);
    }
  }

  /** Whether one of the hashes differs from this one in at most the allowed number of bits. */
  boolean hasNear(long hash) {
    for (Part part : parts) {
      if (part.hasNear(hash, maxDistanceBits)) {
        return true;
      }
    }
    return false;
  }

  /** All hashes, grouped by some of their bits. */
  private static final class Part {

    private final int shift;
    private final int mask;

    /** Where the group of each value of those bits begins; the next one's beginning is its end. */
    private final int[] starts;

    private final long[] grouped;

    Part(long[] hashes, int shift, int bits) {
      this.shift = shift;
      this.mask = (1 << bits) - 1;
      starts = new int[mask + 2];
      for (long hash : hashes) {
        starts[group(hash) + 1]++;
      }
      for (int i = 1; i < starts.length; i++) {
        starts[i] += starts[i - 1];
      }
      grouped = new long[hashes.length];
      int[] next = Arrays.copyOf(starts, starts.length);
      for (long hash : hashes) {
        grouped[next[group(hash)]++] = hash;
      }
    }

    private int group(long hash) {
      return (int) (hash >>> shift) & mask;
    }

    boolean hasNear(long hash, int maxDistanceBits) {
      int group = group(hash);
      for (int i = starts[group]; i < starts[group + 1]; i++) {
        if (Long.bitCount(grouped[i] ^ hash) <= maxDistanceBits) {
          return true;
        }
      }
      return false;
    }
  }
}
