package io.pairstream.cleaning.image;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * A set of 64-bit hashes, in which all within a distance of R bits of another are found.
 *
 * <p>A hash is cut into R + 1 parts that have no bit in common, and is in one bucket for each: that
 * of the part's value. Two hashes that differ in at most R bits have an equal part, since each
 * differing bit lies in at most one part and so there are fewer that differ than parts; so one of
 * the buckets of the hash that is looked up holds the other. Nothing within R is missed, and what
 * lies in a bucket is compared bit by bit, so nothing beyond R is found. (Norouzi and others, "Fast
 * Search in Hamming Space with Multi-Index Hashing", CVPR 2012, section 3.)
 *
 * <p>Needs 8 (R + 1) bytes of memory per hash, up to a quarter more, and some 24 for each of (R +
 * 1) 2^w buckets, where w is 64 / (R + 1), rounded down, but at most 16. Of n evenly spread hashes
 * a look-up compares (R + 1) n / 2^w. Not thread-safe.
 */
public final class HammingIndex {

  private static final int MAX_PART_BITS = 16;
  private static final long[] EMPTY = {};

  private final int maxDistanceBits;
  private final int partBits;
  private final long[][][] buckets;
  private final int[][] sizes;

  /**
   * @param maxDistanceBits R, from 0 to 15
   */
  public HammingIndex(int maxDistanceBits) {
    int parts = maxDistanceBits + 1;
    this.maxDistanceBits = maxDistanceBits;
    this.partBits = Math.min(MAX_PART_BITS, Long.SIZE / parts);
    this.buckets = new long[parts][1 << partBits][];
    this.sizes = new int[parts][1 << partBits];
    for (long[][] ofPart : buckets) {
      Arrays.fill(ofPart, EMPTY);
    }
  }

  /** Adds a hash; whether it was not there. */
  public boolean add(long hash) {
    if (contains(hash)) {
      return false;
    }
    for (int part = 0; part < buckets.length; part++) {
      int value = value(hash, part);
      long[] bucket = buckets[part][value];
      int size = sizes[part][value]++;
      if (size == bucket.length) {
        bucket = Arrays.copyOf(bucket, size + size / 4 + 1);
        buckets[part][value] = bucket;
      }
      bucket[size] = hash;
    }
    return true;
  }

  private boolean contains(long hash) {
    int value = value(hash, 0);
    return Arrays.stream(buckets[0][value], 0, sizes[0][value]).anyMatch(there -> there == hash);
  }

  /** The hashes within the distance, each once, in no order. */
  public LongStream within(long hash) {
    LongStream.Builder found = LongStream.builder();
    for (int part = 0; part < buckets.length; part++) {
      int value = value(hash, part);
      long[] bucket = buckets[part][value];
      for (int i = 0; i < sizes[part][value]; i++) {
        if (Long.bitCount(bucket[i] ^ hash) <= maxDistanceBits
            && part == firstEqualPart(bucket[i], hash)) {
          found.add(bucket[i]);
        }
      }
    }
    return found.build();
  }

  private int firstEqualPart(long one, long other) {
    int part = 0;
    while (value(one, part) != value(other, part)) {
      part++;
    }
    return part;
  }

  private int value(long hash, int part) {
    return (int) (hash >>> (part * (Long.SIZE / buckets.length))) & ((1 << partBits) - 1);
  }
}
