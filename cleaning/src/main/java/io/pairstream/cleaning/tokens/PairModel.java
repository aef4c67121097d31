package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Byte-pair encoding over characters, as Hugging Face's BPE does it.
 *
 * @param vocabulary the id of each token
 * @param merges which pairs are merged
 * @param unknown the id for a character without a token; -1 leaves it out
 * @param fusesUnknown whether a run of such characters is one token
 * @param bytesFallBack whether such a character becomes the tokens of its bytes, where all exist
 * @param wholeFirst whether a piece that is a token is not cut at all
 * @param prefix put before each character but the first; may be empty
 * @param suffix put after the last character; may be empty
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
    implements Function<String, int[]> {

  @Override
  public int[] apply(String piece) {
    Integer whole = wholeFirst ? vocabulary.get(piece) : null;
    if (whole != null) {
      return new int[] {whole};
    }
    List<Integer> symbols = new ArrayList<>();
    boolean pending = false; // an unknown token that is not added yet
    for (int i = 0; i < piece.length(); ) {
      int end = i + Character.charCount(piece.codePointAt(i));
      String symbol =
          (i == 0 ? "" : prefix) + piece.substring(i, end) + (end == piece.length() ? suffix : "");
      Integer id = vocabulary.get(symbol);
      List<Integer> bytes =
          id == null && bytesFallBack ? byteTokens(symbol, vocabulary) : List.of();
      boolean isUnknown = id == null && bytes.isEmpty() && unknown >= 0;
      if (pending && (id != null || (isUnknown && !fusesUnknown))) {
        symbols.add(unknown);
      }
      pending = isUnknown || (pending && id == null);
      symbols.addAll(id == null ? bytes : List.of(id));
      i = end;
    }
    if (pending) {
      symbols.add(unknown);
    }
    int[] ids = symbols.stream().mapToInt(Integer::intValue).toArray();
    return Arrays.copyOf(ids, merges.merge(ids, ids.length));
  }

  /** The tokens {@code <0x00>} to {@code <0xFF>} of a text's bytes; none if one is missing. */
  static List<Integer> byteTokens(String text, Map<String, Integer> vocabulary) {
    List<Integer> ids = new ArrayList<>();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      Integer id = vocabulary.get(String.format("<0x%02X>", b));
      if (id == null) {
        return List.of();
      }
      ids.add(id);
    }
    return ids;
  }
}
