package io.pairstream.cleaning.tokens;

/** Turns text into token ids. Thread-safe. */
public interface Tokenizer {

  /** Name in records and recipes: gpt2. */
  String name();

  /** Lower-case hex SHA-256 of the vocabulary file. */
  String digest();

  /**
   * All token ids of the text, without special tokens, padding or truncation.
   *
   * @param text well-formed UTF-16
   */
  int[] encode(String text);
}
