package io.pairstream.tools.topics;

/** A topic exists with a number of partitions that it must not have. */
public final class TopicMismatchException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public TopicMismatchException(String message) {
    super(message);
  }
}
