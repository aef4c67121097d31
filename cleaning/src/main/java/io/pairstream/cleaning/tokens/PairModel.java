package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Byte-pair encoding over characters, as Hugging Face's BPE does it.
 *
 * @param vocabulary the id of each token
 * @param merges which pairs are merged
 * @param unknown the id for a character without a token; -1 leaves it out
 * @param fusesUnknown whether a run of such characters is one token
 * @param bytesFallBack whether such a character becomes the tokens of its bytes, where all exist
 * @param wholeFirst whether a piece that is a token is not cut at all
 * @param prefix stands before each character but the first; may be empty
 * @param suffix stands behind the last character; may be empty
 */
record PairModel(
    Map<String, Integer> vocabulary,
    PairMerges merges,
    int unknown,
    boolean fusesUnknown,
    boolean bytesFallBack,
    boolean wholeFirst,
    String prefix,
    String suffix)
    implements SubwordModel {

  @Override
  public void encode(String piece, TokenBuffer out) {
    Integer whole = wholeFirst ? vocabulary.get(piece) : null;
    if (whole != null) {
      out.add(whole);
      return;
    }
    TokenBuffer symbols = new TokenBuffer(piece.length());
    boolean pending = false; // an unknown token that is not added yet
    for (int i = 0; i < piece.length(); ) {
      int end = i + Character.charCount(piece.codePointAt(i));
      String symbol =
          (i == 0 ? "" : prefix) + piece.substring(i, end) + (end == piece.length() ? suffix : "");
      Integer id = vocabulary.get(symbol);
      if (id != null) {
        if (pending) {
          symbols.add(unknown);
          pending = false;
        }
        symbols.add(id);
      } else if (!(bytesFallBack && ByteTokens.add(symbol, vocabulary, symbols)) && unknown >= 0) {
        if (pending && !fusesUnknown) {
          symbols.add(unknown);
        }
        pending = true;
      }
      i = end;
    }
    if (pending) {
      symbols.add(unknown);
    }
    int[] ids = symbols.from(0);
    out.addAll(ids, merges.merge(ids, ids.length));
  }

  /** The tokens that stand for single bytes: {@code <0x00>} to {@code <0xFF>}. */
  static final class ByteTokens {

    private ByteTokens() {}

    /** Adds the tokens of the text's bytes, if there is one for each; answers whether. */
    static boolean add(String text, Map<String, Integer> vocabulary, TokenBuffer out) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      int[] ids = new int[utf8.length];
      for (int i = 0; i < utf8.length; i++) {
        Integer id = vocabulary.get(String.format("<0x%02X>", utf8[i]));
        if (id == null) {
          return false;
        }
        ids[i] = id;
      }
      out.addAll(ids, ids.length);
      return true;
    }
  }
}
