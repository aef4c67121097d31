package io.pairstream.operations.review;

/** A decision that makes no sense for this entry; the message says why, and what would. */
final class UndecidableException extends Exception {

  private static final long serialVersionUID = 1L;

  UndecidableException(String message) {
    super(message);
  }
}
