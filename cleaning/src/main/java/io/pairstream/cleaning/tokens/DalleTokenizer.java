package io.pairstream.cleaning.tokens;

/**
 * The tokens of DALLE-pytorch: CLIP's vocabulary without start and end of text. The vocabulary of
 * OpenAI's own DALL-E, 16,384 ids, was never published.
 *
 * @see <a
 *     href="https://github.com/lucidrains/DALLE-pytorch/blob/main/dalle_pytorch/tokenizer.py">tokenizer.py</a>
 */
public final class DalleTokenizer implements Tokenizer {

  private final boolean specialInText;

  /** {@code specialInText} is as in {@link ClipTokenizer}. */
  public DalleTokenizer(boolean specialInText) {
    this.specialInText = specialInText;
  }

  @Override
  public String name() {
    return "dalle";
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
}
