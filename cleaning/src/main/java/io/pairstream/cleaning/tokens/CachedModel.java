package io.pairstream.cleaning.tokens;

import java.util.function.Function;

/**
 * A model, which makes the ids of a piece of text, with the ids of short pieces remembered.
 *
 * <p>Bounded whatever it is fed: a fixed number of places, each with one piece of at most {@value
 * #LONGEST} characters, and a later one takes the place of an earlier one. What crowds it out costs
 * time, never memory. Thread-safe without locks: entries are immutable, and a place that another
 * thread has just filled is at worst not seen yet.
 */
final class CachedModel implements Function<String, int[]> {

  /** In UTF-16 characters. Longer pieces are rare, and not kept. */
  static final int LONGEST = 24;

  private static final int PLACE_BITS = 15;

  private final Function<String, int[]> model;
  private final Entry[] entries = new Entry[1 << PLACE_BITS];

  CachedModel(Function<String, int[]> model) {
    this.model = model;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(String piece, int[] ids) {}

  /** The ids of a piece, which is not empty; the caller does not change them. */
  @Override
  public int[] apply(String piece) {
    if (piece.length() > LONGEST) {
      return model.apply(piece);
    }
    int place = (piece.hashCode() * 0x9E3779B9) >>> (32 - PLACE_BITS);
    Entry known = entries[place];
    if (known == null || !known.piece().equals(piece)) {
      known = new Entry(piece, model.apply(piece));
      entries[place] = known;
    }
    return known.ids();
  }
}
