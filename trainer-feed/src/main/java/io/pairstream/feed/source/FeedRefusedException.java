package io.pairstream.feed.source;

/**
 * Thrown for a feed or export that is not possible as asked: a position or a view of another topic,
 * or with deleted records; a sample that does not fit the batch; a folder of another export. The
 * message says which, and what was expected.
 */
public final class FeedRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public FeedRefusedException(String message) {
    super(message);
  }
}
