package io.pairstream.feed;

/**
 * A sample that does not belong into a batch; the message names its record, and what was expected.
 */
public final class RefusedSampleException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public RefusedSampleException(String message) {
    super(message);
  }
}
