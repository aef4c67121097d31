package io.pairstream.cleaning.tokens;

/** Turns the pieces of a text into ids. Thread-safe. */
@FunctionalInterface
interface SubwordModel {

  /** Adds the ids of a piece, which is not empty. */
  void encode(String piece, TokenBuffer out);

  /** This one, with the ids of short words remembered. */
  default SubwordModel cached() {
    WordCache cache = new WordCache();
    return (piece, out) -> {
      if (piece.length() > WordCache.LONGEST_WORD) {
        encode(piece, out);
        return;
      }
      int hash = WordCache.hash(piece, 0, piece.length());
      if (!cache.addKnown(piece, 0, piece.length(), hash, out)) {
        int from = out.size();
        encode(piece, out);
        cache.keep(piece, hash, out.from(from));
      }
    };
  }
}
