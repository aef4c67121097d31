package io.pairstream.feed.view;

/** A position from which this feed cannot go on: it belongs elsewhere, or its records are gone. */
public final class PositionRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public PositionRefusedException(String message) {
    super(message);
  }
}
