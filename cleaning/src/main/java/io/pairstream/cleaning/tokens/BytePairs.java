package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;

/**
 * Byte-pair encoding of the pieces of a text, from their bytes in UTF-8.
 *
 * @param bytes the id of each byte, as an unsigned number
 * @param lastBytes the id of each byte at the end of a piece
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record BytePairs(PairMerges merges, int[] bytes, int[] lastBytes) implements SubwordModel {

  @Override
  public void encode(String piece, TokenBuffer out) {
    byte[] utf8 = piece.getBytes(StandardCharsets.UTF_8);
    int[] symbols = new int[utf8.length];
    for (int i = 0; i < utf8.length - 1; i++) {
      symbols[i] = bytes[utf8[i] & 0xFF];
    }
    symbols[utf8.length - 1] = lastBytes[utf8[utf8.length - 1] & 0xFF];
    out.addAll(symbols, merges.merge(symbols, symbols.length));
  }
}
