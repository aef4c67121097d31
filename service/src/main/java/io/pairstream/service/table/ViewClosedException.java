package io.pairstream.service.table;

/** The view was closed; it answers no more. */
public final class ViewClosedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ViewClosedException(String topic) {
    super("the view of " + topic + " is closed");
  }
}
