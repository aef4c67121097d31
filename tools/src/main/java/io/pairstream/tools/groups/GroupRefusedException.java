package io.pairstream.tools.groups;

/** A group cannot be moved as asked; the message says why, in one line. */
public final class GroupRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  GroupRefusedException(String message) {
    super(message);
  }
}
