package io.pairstream.cleaning.tokens;

/**
 * CLIP's tokens: the text's between a start (49406) and an end of text (49407).
 *
 * <p>Equal to the ids of OpenAI's tokenizer for the same text; it repairs and unescapes a text
 * first, which is the caption's cleaning here.
 */
public final class ClipTokenizer implements Tokenizer {

  private final boolean specialInText;

  /**
   * {@code specialInText} says whether a special token that a text spells becomes that token, as in
   * OpenAI's, or is ordinary text.
   */
  public ClipTokenizer(boolean specialInText) {
    this.specialInText = specialInText;
  }

  @Override
  public String name() {
    return "clip";
  }

  @Override
  public String digest() {
    return ClipVocabulary.INSTANCE.digest();
  }

  @Override
  public int vocabularySize() {
    return ClipVocabulary.SIZE;
  }

  @Override
  public int[] encode(String text) {
    return ClipVocabulary.INSTANCE.encode(text, specialInText);
  }

  @Override
  public int[] before() {
    return new int[] {ClipVocabulary.START_OF_TEXT};
  }

  @Override
  public int[] after() {
    return new int[] {ClipVocabulary.END_OF_TEXT};
  }
}
