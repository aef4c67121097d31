package io.pairstream.operations.review;

import io.pairstream.operations.sentence.Sentence;

/** A decision that makes no sense for this entry; the message says why, and what would. */
final class UndecidableException extends Exception {

  private static final long serialVersionUID = 1L;

  UndecidableException(Sentence sentence) {
    super(sentence.text());
  }
}
