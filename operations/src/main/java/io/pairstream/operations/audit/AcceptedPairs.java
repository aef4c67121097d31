package io.pairstream.operations.audit;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * The pairs on one split's topic: pair id, image and raw coordinates. Takes about 50 bytes per
 * pair.
 */
final class AcceptedPairs {

  private final DigestTable ids = new DigestTable();
  private final BitSet live = new BitSet();
  private int[] images = new int[1024];
  private long[] origins = new long[1024];

  /** Number of a pair, which is put in where it is new; it is not live before {@link #set}. */
  int add(String pairId) {
    int pair = ids.add(pairId);
    if (pair == images.length) {
      images = Arrays.copyOf(images, pair * 2);
      origins = Arrays.copyOf(origins, pair * 2);
    }
    return pair;
  }

  /** Number of a pair that is live; -1 where there is none. */
  int findLive(String pairId) {
    int pair = ids.find(pairId);
    return pair >= 0 && live.get(pair) ? pair : -1;
  }

  /** Number of a pair that a tombstone removed; -1 where there is none. */
  int findRemoved(String pairId) {
    int pair = ids.find(pairId);
    return pair >= 0 && !live.get(pair) ? pair : -1;
  }

  /** Fills in a pair, which is live from here on. */
  void set(int pair, int image, long origin) {
    images[pair] = image;
    origins[pair] = origin;
    live.set(pair);
  }

  void remove(int pair) {
    live.clear(pair);
  }

  boolean isLive(int pair) {
    return live.get(pair);
  }

  int image(int pair) {
    return images[pair];
  }

  long origin(int pair) {
    return origins[pair];
  }

  String id(int pair) {
    return ids.hex(pair);
  }

  /** Live pairs. */
  IntStream live() {
    return live.stream();
  }

  int count() {
    return live.cardinality();
  }
}
