package io.pairstream.cleaning.tokens;

/**
 * GLIDE's tokens: GPT-2's vocabulary, id for id, over the text in lower case.
 *
 * @see <a
 *     href="https://github.com/openai/glide-text2im/blob/main/glide_text2im/tokenizer/bpe.py">bpe.py</a>
 */
public final class GlideTokenizer implements Tokenizer {

  @Override
  public String name() {
    return "glide";
  }

  @Override
  public String digest() {
    return Gpt2Vocabulary.INSTANCE.digest();
  }

  @Override
  public int vocabularySize() {
    return Gpt2Vocabulary.SIZE;
  }

  @Override
  public int[] encode(String text) {
    return Gpt2Vocabulary.INSTANCE.encode(LowerCase.INSTANCE.withFinalSigma(text));
  }
}
