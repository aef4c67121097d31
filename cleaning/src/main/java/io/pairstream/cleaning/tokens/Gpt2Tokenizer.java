package io.pairstream.cleaning.tokens;

/**
 * GPT-2's tokens: ids 0 to 50255, and 50256 for the end of text, which is never made from text
 * ({@code <|endoftext|>} in a caption is ordinary text).
 *
 * <p>Equal to tiktoken and to Hugging Face's tokenizers on every text.
 */
public final class Gpt2Tokenizer implements Tokenizer {

  @Override
  public String name() {
    return "gpt2";
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
    return Gpt2Vocabulary.INSTANCE.encode(text);
  }
}
