package io.pairstream.cleaning.tokens;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Turns text into token ids. A vocabulary that comes with the product is read when it is first
 * needed. Thread-safe. Takes ownership of the arrays, which must not be changed.
 *
 * @param name in records and recipes: gpt2, clip, glide, dalle, bert-chinese or hf
 * @param vocabularySize one more than the largest id
 * @param digestOnUse makes {@link #digest}
 * @param encoder makes all ids of a text
 * @param before the special tokens before a text
 * @param after the special tokens after a text, kept when it is cut
 * @param length the usual length of the ids, special tokens included
 * @param padId the usual padding; -1 where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Tokenizer(
    String name,
    int vocabularySize,
    Supplier<String> digestOnUse,
    Function<String, int[]> encoder,
    int[] before,
    int[] after,
    int length,
    int padId) {

  private static final int[] NOTHING = {};

  /**
   * A tokenizer that comes with the product; empty for another name.
   *
   * <ul>
   *   <li>{@code gpt2}: ids 0 to 50255, and 50256 for the end of text, which is never made from
   *       text. Equal to tiktoken and to Hugging Face's tokenizers on every text.
   *   <li>{@code glide}: the same over the text in lower case.
   *   <li>{@code clip}: the text's ids between a start (49406) and an end of text (49407). Equal to
   *       the ids of OpenAI's tokenizer for the same text; it repairs and unescapes a text first,
   *       which is the caption's cleaning here.
   *   <li>{@code dalle}, DALLE-pytorch's: the same without start and end of text. The vocabulary of
   *       OpenAI's own DALL-E, 16,384 ids, was never published.
   *   <li>{@code bert-chinese}: WordPiece with 21,128 ids over lower case, as Chinese-CLIP takes
   *       it: {@code [CLS]} (101) before the text, {@code [SEP]} (102) after it, 0 behind.
   * </ul>
   *
   * @param specialInText whether a special token of CLIP's that a text spells becomes that token,
   *     as in OpenAI's, or is ordinary text
   * @see <a
   *     href="https://github.com/openai/glide-text2im/blob/main/glide_text2im/tokenizer/bpe.py">GLIDE's
   *     bpe.py</a>
   * @see <a
   *     href="https://github.com/lucidrains/DALLE-pytorch/blob/main/dalle_pytorch/tokenizer.py">DALLE-pytorch's
   *     tokenizer.py</a>
   * @see <a
   *     href="https://github.com/OFA-Sys/Chinese-CLIP/blob/master/cn_clip/clip/utils.py">Chinese-CLIP's
   *     utils.py</a>
   */
  public static Optional<Tokenizer> named(String name, boolean specialInText) {
    return switch (name) {
      case "gpt2" -> Optional.of(gpt2(name, text -> text));
      case "glide" -> Optional.of(gpt2(name, text -> text.toLowerCase(Locale.ROOT)));
      case "clip" ->
          Optional.of(
              clip(
                  name,
                  specialInText,
                  new int[] {ClipVocabulary.START_OF_TEXT},
                  new int[] {ClipVocabulary.END_OF_TEXT},
                  77));
      case "dalle" -> Optional.of(clip(name, specialInText, NOTHING, NOTHING, 256));
      case "bert-chinese" ->
          Optional.of(
              new Tokenizer(
                  name,
                  21_128,
                  () -> BertChinese.SHIPPED.digest(),
                  text -> BertChinese.SHIPPED.encode(text),
                  new int[] {101},
                  new int[] {102},
                  52,
                  0));
      default -> Optional.empty();
    };
  }

  private static Tokenizer gpt2(String name, UnaryOperator<String> change) {
    return new Tokenizer(
        name,
        Gpt2Vocabulary.SIZE,
        () -> Gpt2Vocabulary.INSTANCE.digest(),
        text -> Gpt2Vocabulary.INSTANCE.encode(change.apply(text)),
        NOTHING,
        NOTHING,
        128,
        Gpt2Vocabulary.END_OF_TEXT);
  }

  private static Tokenizer clip(
      String name, boolean specialInText, int[] before, int[] after, int length) {
    return new Tokenizer(
        name,
        ClipVocabulary.SIZE,
        () -> ClipVocabulary.INSTANCE.digest(),
        text -> ClipVocabulary.INSTANCE.encode(text, specialInText),
        before,
        after,
        length,
        0);
  }

  private static final class BertChinese {
    static final Tokenizer SHIPPED = TokenizerFile.parse(TokenizerFile.bertChineseFile(), false);
  }

  /** Lower-case hex SHA-256 of the vocabulary file. */
  public String digest() {
    return digestOnUse.get();
  }

  /**
   * All token ids of the text, without the special tokens around it, padding or truncation.
   *
   * @param text well-formed UTF-16
   */
  public int[] encode(String text) {
    return encoder.apply(text);
  }
}
