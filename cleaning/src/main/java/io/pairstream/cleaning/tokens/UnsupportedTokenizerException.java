package io.pairstream.cleaning.tokens;

/** A tokenizer that is made of a part this product does not have, or is inconsistent in itself. */
final class UnsupportedTokenizerException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  /** {@code message} names the part. */
  UnsupportedTokenizerException(String message) {
    super(message);
  }
}
