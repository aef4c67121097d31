package io.pairstream.service.table;

/** The view was closed; it answers no more. */
public final class ViewClosedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ViewClosedException(String topic) {
    super("the table of " + topic + " is closed");
  }
}
