package io.pairstream.feed.record;

/** Bytes that are not a prepared pair. */
public final class MalformedSampleException extends Exception {

  private static final long serialVersionUID = 1L;

  public MalformedSampleException(String message) {
    super(message);
  }
}
