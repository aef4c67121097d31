package io.pairstream.cleaning.words;

import io.pairstream.cleaning.ClassPathFile;
import java.util.List;

/**
 * Splits Chinese into words as jieba does in its precise mode: the most probable sequence of words
 * of the dictionary, and a hidden Markov model over what single characters that leaves. Immutable.
 *
 * <p>Takes time in proportion to the text, as no word of the dictionary has more than 16
 * characters.
 *
 * @see <a href="https://github.com/fxsjy/jieba#algorithm">jieba's algorithm</a>
 */
final class ChineseWords {

  /**
   * Chars that are split at a time, which bounds the arrays of that length; sentences are shorter.
   */
  private static final int MOST_AT_ONCE = 4096;

  private final ChineseDictionary dictionary = new ChineseDictionary();
  private final UnknownChineseWords unknown = new UnknownChineseWords();

  /** Adds the words between {@code from} and {@code to}, letters and digits only, to the list. */
  void split(String text, int from, int to, List<String> words) {
    for (int start = from; start < to; start += MOST_AT_ONCE) {
      splitPart(text, start, Math.min(to, start + MOST_AT_ONCE), words);
    }
  }

  private void splitPart(String text, int from, int to, List<String> words) {
    int[] ends = mostProbableEnds(text, from, to);
    int singles = from;
    for (int i = from; i < to; ) {
      int end = ends[i - from];
      if (end - i > 1) {
        splitSingles(text, singles, i, words);
        words.add(text.substring(i, end));
        singles = end;
      }
      i = end;
    }
    splitSingles(text, singles, to, words);
  }

  /** Per index the exclusive end of the word that begins there on the most probable path. */
  private int[] mostProbableEnds(String text, int from, int to) {
    int length = to - from;
    int[] ends = new int[length];
    double[] best = new double[length + 1];
    for (int i = length - 1; i >= 0; i--) {
      best[i] = Double.NEGATIVE_INFINITY;
      long key = ChineseDictionary.EMPTY;
      for (int j = i; j < length; j++) {
        key = ChineseDictionary.extended(key, text.charAt(from + j));
        int count = dictionary.count(key);
        if (count > 0) {
          double score = Math.log(count) - dictionary.logTotal() + best[j + 1];
          if (score >= best[i]) {
            best[i] = score;
            ends[i] = from + j + 1;
          }
        }
        if (count == ChineseDictionary.NO_PREFIX) {
          break;
        }
      }
      if (ends[i] == 0) { // no word begins here: the character alone, as if it had occurred once
        best[i] = best[i + 1] - dictionary.logTotal();
        ends[i] = from + i + 1;
      }
    }
    return ends;
  }

  /** Splits a run of single characters, which may be a word that the dictionary does not know. */
  private void splitSingles(String text, int from, int to, List<String> words) {
    if (to - from == 1) {
      words.add(text.substring(from, to));
    } else if (to > from) {
      if (isWord(text, from, to)) { // less probable than its characters, and no unknown word
        for (int i = from; i < to; i++) {
          words.add(text.substring(i, i + 1));
        }
        return;
      }
      int start = from;
      while (start < to) {
        boolean chinese = isChinese(text.charAt(start));
        int end = start + 1;
        while (end < to && isChinese(text.charAt(end)) == chinese) {
          end++;
        }
        if (chinese) {
          unknown.split(text, start, end, words);
        } else {
          words.add(text.substring(start, end));
        }
        start = end;
      }
    }
  }

  private boolean isWord(String text, int from, int to) {
    long key = ChineseDictionary.EMPTY;
    for (int i = from; i < to; i++) {
      key = ChineseDictionary.extended(key, text.charAt(i));
      if (dictionary.count(key) == ChineseDictionary.NO_PREFIX) {
        return false;
      }
    }
    return dictionary.count(key) > 0;
  }

  /** A Chinese character that jieba's model knows of. */
  static boolean isChinese(char c) {
    return c >= 0x4E00 && c <= 0x9FD5;
  }

  /**
   * How often each Chinese word occurs: the 349,000 words of jieba's dictionary, as its Java port
   * carries them. Immutable; takes 16 MB.
   *
   * @see <a href="https://github.com/fxsjy/jieba">jieba</a>
   */
  static final class ChineseDictionary {

    /** The word is not in the dictionary and begins none that is. */
    static final int NO_PREFIX = -1;

    /** State of {@link #extended} for the empty string. */
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
     * How often the word occurs in jieba's corpus; 0 where it only begins others, {@link
     * #NO_PREFIX} where it does not even do that.
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
}
