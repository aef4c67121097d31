package io.pairstream.cleaning.tokens;

import java.util.Map;

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
    implements SubwordModel {

  @Override
  public void encode(String piece, TokenBuffer out) {
    if (piece.codePointCount(0, piece.length()) > longest) {
      out.add(unknown);
      return;
    }
    TokenBuffer ids = new TokenBuffer(8);
    for (int begin = 0; begin < piece.length(); ) {
      int end = piece.length();
      Integer id = null;
      while (begin < end) {
        String part = piece.substring(begin, end);
        id = vocabulary.get(begin == 0 ? part : prefix + part);
        if (id != null) {
          break;
        }
        end -= Character.charCount(piece.codePointBefore(end));
      }
      if (id == null) {
        out.add(unknown);
        return;
      }
      ids.add(id);
      begin = end;
    }
    out.addAll(ids.from(0), ids.size());
  }
}
