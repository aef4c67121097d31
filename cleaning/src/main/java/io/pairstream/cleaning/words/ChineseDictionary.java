package io.pairstream.cleaning.words;

import io.pairstream.cleaning.ClassPathFile;

/**
 * How often each Chinese word occurs: the 349,000 words of jieba's dictionary, as its Java port
 * carries them. Immutable; takes 16 MB.
 *
 * @see <a href="https://github.com/fxsjy/jieba">jieba</a>
 */
final class ChineseDictionary {

  /** The word is not in the dictionary and begins none that is. */
  static final int NO_PREFIX = -1;

  /** What {@link #extended} starts with. */
  static final long EMPTY = 0;

  private static final int SLOT_BITS = 20;
  private static final int SLOTS = 1 << SLOT_BITS;

  /** Words and beginnings of words by 64-bit hash, 0 where the slot is free. */
  private final long[] keys = new long[SLOTS];

  private final int[] counts = new int[SLOTS];

  private final double logTotal;

  /** Reads the dictionary from the class path, which takes about a second. */
  ChineseDictionary() {
    logTotal =
        Math.log(
            ClassPathFile.lines(ChineseDictionary.class, "/dict.txt")
                .map(line -> line.split(" "))
                .mapToDouble(fields -> add(fields[0], Integer.parseInt(fields[1])))
                .sum());
  }

  private int add(String word, int count) {
    long key = EMPTY;
    for (int i = 0; i < word.length(); i++) {
      key = extended(key, word.charAt(i));
      keys[slot(key)] = key;
    }
    counts[slot(key)] = count;
    return count;
  }

  /** The key of a word with one more char. */
  static long extended(long key, char c) {
    long mixed = (key + c + 1) * 0x9E3779B97F4A7C15L;
    return mixed ^ mixed >>> 32;
  }

  private int slot(long key) {
    int slot = (int) ((key * 0xC2B2AE3D27D4EB4FL) >>> (64 - SLOT_BITS));
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    return slot;
  }

  /**
   * How often the word occurs in jieba's corpus; 0 where it only begins others, {@link #NO_PREFIX}
   * where it does not even do that.
   */
  int count(long key) {
    int slot = slot(key);
    return keys[slot] == 0 ? NO_PREFIX : counts[slot];
  }

  /** Natural logarithm of the sum of all counts. */
  double logTotal() {
    return logTotal;
  }
}
