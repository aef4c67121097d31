package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.recipe.RecipeReader;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The text that token ids stand for, on one line: a run of white space or control characters is one
 * blank, and none is at either end. Special tokens stand for nothing. Immutable.
 */
public final class TokenText {

  private static final Pattern GAP =
      Pattern.compile("[\\s\\p{Cntrl}]+", Pattern.UNICODE_CHARACTER_CLASS);

  /**
   * Endings that have no blank before them in English, in the order of transformers.
   *
   * @see <a
   *     href="https://github.com/huggingface/transformers/blob/main/src/transformers/tokenization_utils_base.py">clean_up_tokenization</a>
   */
  private static final List<String> TIGHT =
      List.of(".", "?", "!", ",", "' ", "n't", "'m", "'s", "'ve", "'re");

  private final Map<Integer, byte[]> pieces;
  private final int size;
  private final boolean isTidied;

  /**
   * @param pieces UTF-8 of each token, with the blanks around it; none of special ones
   * @param size one more than the largest id
   * @param isTidied whether blanks before a full stop, a comma or the like are left out
   */
  TokenText(Map<Integer, byte[]> pieces, int size, boolean isTidied) {
    this.pieces = Map.copyOf(pieces);
    this.size = size;
    this.isTidied = isTidied;
  }

  /**
   * Reads the keys {@code tokenizer} and, where that is {@code hf}, {@code file} of a section. What
   * is wrong with them is noted; the vocabulary is GPT-2's then.
   */
  public static TokenText from(RecipeReader card, String section) {
    String kind = card.choice(section + ".tokenizer", "hf", "hf", "gpt2", "clip", "bert-chinese");
    return switch (kind) {
      case "hf" ->
          TokenizerFile.named(card, section + ".file", TokenizerFile::words)
              .orElseGet(TokenText::gpt2);
      case "clip" -> new TokenText(ClipVocabulary.pieces(" "), ClipVocabulary.SIZE, false);
      case "bert-chinese" -> TokenizerFile.words(TokenizerFile.bertChineseFile());
      default -> gpt2();
    };
  }

  private static TokenText gpt2() {
    return new TokenText(Gpt2Vocabulary.pieces(), Gpt2Vocabulary.SIZE, false);
  }

  /** One more than the largest id. */
  public int size() {
    return size;
  }

  /**
   * The text of ids, each at least 0 and below {@link #size}. Bytes that are no UTF-8 become
   * U+FFFD.
   */
  public String of(List<Integer> ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(pieces.getOrDefault(id, new byte[0]));
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    for (String tight : isTidied ? TIGHT : List.<String>of()) {
      text = text.replace(" " + tight, tight.strip());
    }
    return GAP.matcher(text).replaceAll(" ").strip();
  }
}
