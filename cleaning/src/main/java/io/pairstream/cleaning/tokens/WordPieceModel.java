package io.pairstream.cleaning.tokens;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * WordPiece: the longest token that a piece begins with, then the longest continuation, and so on;
 * a piece that cannot be cut so is unknown as a whole.
 *
 * @param vocabulary the id of each token
 * @param unknown the id of a piece that cannot be cut
 * @param prefix marks a continuation
 * @param longest in code points; a longer piece is unknown
 * @see <a href="https://github.com/google-research/bert/blob/master/tokenization.py">BERT's
 *     tokenization.py</a>
 */
record WordPieceModel(Map<String, Integer> vocabulary, int unknown, String prefix, int longest)
    implements Function<String, int[]> {

  @Override
  public int[] apply(String piece) {
    IntStream.Builder ids = IntStream.builder();
    boolean known = piece.codePointCount(0, piece.length()) <= longest;
    for (int begin = 0; known && begin < piece.length(); ) {
      String marked = begin == 0 ? "" : prefix;
      int end = piece.length();
      Integer id = vocabulary.get(marked + piece.substring(begin, end));
      while (id == null && end > begin + 1) {
        end--;
        id = vocabulary.get(marked + piece.substring(begin, end));
      }
      known = id != null;
      if (known) {
        ids.add(id);
      }
      begin = end;
    }
    return known ? ids.build().toArray() : new int[] {unknown};
  }
}
