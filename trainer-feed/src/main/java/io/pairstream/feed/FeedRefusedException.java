package io.pairstream.feed;

/**
 * What cannot be fed or exported as asked: a position or a view of another topic, or whose records
 * are gone; a sample that does not belong into a batch; a folder of another export. The message
 * says which, and what was expected.
 */
public final class FeedRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public FeedRefusedException(String message) {
    super(message);
  }
}
