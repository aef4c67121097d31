package io.pairstream.cleaning.tokens;

/**
 * A model with the ids of short words remembered.
 *
 * <p>Bounded whatever it is fed: a fixed number of places, each with one word of at most {@value
 * #LONGEST_WORD} characters, and a later word takes the place of an earlier one. What crowds it out
 * costs time, never memory. Thread-safe without locks: entries are immutable, and a place that
 * another thread has just filled is at worst not seen yet.
 */
final class CachedModel implements SubwordModel {

  /** In UTF-16 characters. Longer words are rare, and not kept. */
  static final int LONGEST_WORD = 24;

  private static final int PLACE_BITS = 15;

  private final SubwordModel model;
  private final Entry[] entries = new Entry[1 << PLACE_BITS];

  CachedModel(SubwordModel model) {
    this.model = model;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(String word, int hash, int[] ids) {

    boolean isOf(String text, int start, int end, int hashOfWord) {
      return hash == hashOfWord && word.length() == end - start && text.startsWith(word, start);
    }
  }

  @Override
  public void encode(String piece, TokenBuffer out) {
    encode(piece, 0, piece.length(), out);
  }

  @Override
  public void encode(String text, int start, int end, TokenBuffer out) {
    if (end - start > LONGEST_WORD) {
      model.encode(text.substring(start, end), out);
      return;
    }
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = hash * 31 + text.charAt(i);
    }
    int place = (hash * 0x9E3779B9) >>> (32 - PLACE_BITS);
    Entry known = entries[place];
    if (known != null && known.isOf(text, start, end, hash)) {
      out.addAll(known.ids(), known.ids().length);
      return;
    }
    String word = text.substring(start, end);
    int from = out.size();
    model.encode(word, out);
    entries[place] = new Entry(word, hash, out.from(from));
  }
}
