package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;

/**
 * Byte-pair encoding of the pieces of a text, from their bytes in UTF-8. Thread-safe.
 *
 * <p>Words met before are looked up; no word is so long, and no text so varied, that the lookup
 * takes more memory.
 */
final class BytePairs {

  private final PairMerges merges;

  /** The id of each byte, as an unsigned number. */
  private final int[] bytes;

  /** The id of each byte at the end of a piece. */
  private final int[] lastBytes;

  private final WordCache cache = new WordCache();

  BytePairs(PairMerges merges, int[] bytes, int[] lastBytes) {
    this.merges = merges;
    this.bytes = bytes.clone();
    this.lastBytes = lastBytes.clone();
  }

  /** Adds the ids of the piece that begins at {@code start} and ends before {@code end}. */
  void encode(String text, int start, int end, TokenBuffer out) {
    boolean isShort = end - start <= WordCache.LONGEST_WORD;
    int hash = isShort ? WordCache.hash(text, start, end) : 0;
    if (isShort && cache.addKnown(text, start, end, hash, out)) {
      return;
    }
    String piece = text.substring(start, end);
    int from = out.size();
    encodeUnknown(piece, out);
    if (isShort) {
      cache.keep(piece, hash, out.from(from));
    }
  }

  private void encodeUnknown(String piece, TokenBuffer out) {
    byte[] utf8 = piece.getBytes(StandardCharsets.UTF_8);
    int[] symbols = new int[utf8.length];
    for (int i = 0; i < utf8.length - 1; i++) {
      symbols[i] = bytes[utf8[i] & 0xFF];
    }
    symbols[utf8.length - 1] = lastBytes[utf8[utf8.length - 1] & 0xFF];
    out.addAll(symbols, merges.merge(symbols, symbols.length));
  }
}
