package io.pairstream.cleaning.tokens;

import java.util.ArrayList;
import java.util.List;

/**
 * What a tokenizer.json describes: added tokens are found, the text between them is normalized, cut
 * in pieces, and each piece becomes ids. Equal to Hugging Face's tokenizers for what {@link
 * TokenizerFile} takes.
 *
 * @param raw the tokens looked for in the text as it is
 * @param normalizer what is done to the text
 * @param normalized the tokens looked for in the normalized text
 * @param preTokenizer how it is cut
 * @param model what makes ids of the pieces
 */
record TokenizerPipeline(
    AddedTokens raw,
    TextNormalizer normalizer,
    AddedTokens normalized,
    PreTokenizer preTokenizer,
    SubwordModel model) {

  int[] encode(String text) {
    TokenBuffer ids = new TokenBuffer(text.length() / 3 + 4);
    for (AddedTokens.Part part : raw.split(text, true)) {
      if (part.id() >= 0) {
        ids.add(part.id());
      } else {
        encodeNormalized(normalizer.apply(part.text()), part.first(), ids);
      }
    }
    return ids.from(0);
  }

  private void encodeNormalized(String text, boolean first, TokenBuffer ids) {
    for (AddedTokens.Part part : normalized.split(text, first)) {
      if (part.id() >= 0) {
        ids.add(part.id());
      } else if (!part.text().isEmpty()) {
        List<PreTokenizer.Piece> pieces = new ArrayList<>();
        preTokenizer.split(new PreTokenizer.Piece(part.text(), part.first()), pieces);
        pieces.forEach(piece -> model.encode(piece.text(), ids));
      }
    }
  }
}
