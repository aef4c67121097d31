package io.pairstream.cleaning.tokens;

/** Turns text into token ids. Thread-safe. */
public interface Tokenizer {

  /** Name in records and recipes: gpt2, clip, glide, dalle or hf. */
  String name();

  /** Lower-case hex SHA-256 of the vocabulary file. */
  String digest();

  /** One more than the largest id. */
  int vocabularySize();

  /**
   * All token ids of the text, without the special tokens around it, padding or truncation.
   *
   * @param text well-formed UTF-16
   */
  int[] encode(String text);

  /** The special tokens before a text; a new array. */
  default int[] before() {
    return new int[0];
  }

  /** The special tokens after a text, kept when it is cut; a new array. */
  default int[] after() {
    return new int[0];
  }
}
