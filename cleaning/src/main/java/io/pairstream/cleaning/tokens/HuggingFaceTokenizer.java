package io.pairstream.cleaning.tokens;

import java.util.ArrayList;
import java.util.List;

/**
 * A tokenizer that a tokenizer.json describes: added tokens are found, the text between them is
 * normalized, cut in pieces, and each piece becomes ids.
 *
 * <p>Equal to Hugging Face's tokenizers for what it takes; {@link TokenizerFile} refuses the rest.
 */
final class HuggingFaceTokenizer implements Tokenizer {

  private final String digest;
  private final Pipeline pipeline;
  private final int vocabularySize;
  private final int[] before;
  private final int[] after;

  /**
   * The parts of a tokenizer.
   *
   * @param raw the tokens looked for in the text as it is
   * @param normalizer what is done to the text
   * @param normalized the tokens looked for in the normalized text
   * @param preTokenizer how it is cut
   * @param model what makes ids of the pieces
   */
  record Pipeline(
      AddedTokens raw,
      TextNormalizer normalizer,
      AddedTokens normalized,
      PreTokenizer preTokenizer,
      SubwordModel model) {}

  HuggingFaceTokenizer(
      String digest, Pipeline pipeline, int vocabularySize, int[] before, int[] after) {
    this.digest = digest;
    this.pipeline = pipeline;
    this.vocabularySize = vocabularySize;
    this.before = before.clone();
    this.after = after.clone();
  }

  @Override
  public String name() {
    return "hf";
  }

  /** Lower-case hex SHA-256 of the tokenizer.json. */
  @Override
  public String digest() {
    return digest;
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public int[] encode(String text) {
    TokenBuffer ids = new TokenBuffer(text.length() / 3 + 4);
    for (AddedTokens.Part raw : pipeline.raw().split(text, true)) {
      if (raw.id() >= 0) {
        ids.add(raw.id());
        continue;
      }
      String normal = pipeline.normalizer().apply(raw.text());
      for (AddedTokens.Part part : pipeline.normalized().split(normal, raw.first())) {
        if (part.id() >= 0) {
          ids.add(part.id());
        } else if (!part.text().isEmpty()) {
          encode(new PreTokenizer.Piece(part.text(), part.first()), ids);
        }
      }
    }
    return ids.from(0);
  }

  private void encode(PreTokenizer.Piece part, TokenBuffer ids) {
    List<PreTokenizer.Piece> pieces = new ArrayList<>();
    pipeline.preTokenizer().split(part, pieces);
    pieces.forEach(piece -> pipeline.model().encode(piece.text(), ids));
  }

  @Override
  public int[] before() {
    return before.clone();
  }

  @Override
  public int[] after() {
    return after.clone();
  }
}
