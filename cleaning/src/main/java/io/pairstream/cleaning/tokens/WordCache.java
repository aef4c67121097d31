package io.pairstream.cleaning.tokens;

/**
 * The ids of words met before.
 *
 * <p>Bounded whatever it is fed: a fixed number of places, each with one word of at most {@value
 * #LONGEST_WORD} characters, and a later word takes the place of an earlier one. What crowds it out
 * costs time, never memory. Thread-safe without locks: entries are immutable, and a place that
 * another thread has just filled is at worst not seen yet.
 */
final class WordCache {

  /** In UTF-16 characters. Longer words are rare, and not kept. */
  static final int LONGEST_WORD = 24;

  private static final int PLACES = 1 << 15;

  private final Entry[] entries = new Entry[PLACES];

  /** The hash of a word that begins at {@code start} and ends before {@code end}. */
  static int hash(String text, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = hash * 31 + text.charAt(i);
    }
    return hash;
  }

  /**
   * Adds the word's ids, if they are known.
   *
   * @return whether they were
   */
  boolean addKnown(String text, int start, int end, int hash, TokenBuffer out) {
    Entry entry = entries[place(hash)];
    if (entry == null
        || entry.hash != hash
        || entry.word.length() != end - start
        || !text.startsWith(entry.word, start)) {
      return false;
    }
    if (entry.ids.length == 1) {
      out.add(entry.ids[0]);
    } else {
      out.addAll(entry.ids, entry.ids.length);
    }
    return true;
  }

  /** Keeps a word's ids, in place of another word's if need be. */
  void keep(String word, int hash, int[] ids) {
    entries[place(hash)] = new Entry(word, hash, ids);
  }

  private static int place(int hash) {
    return (hash * 0x9E3779B9) >>> (32 - 15);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(String word, int hash, int[] ids) {}
}
