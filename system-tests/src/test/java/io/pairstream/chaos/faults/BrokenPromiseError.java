package io.pairstream.chaos.faults;

/** What a fault promises did not come true; all is healed nevertheless. */
public final class BrokenPromiseError extends AssertionError {

  private static final long serialVersionUID = 1;

  BrokenPromiseError(String message) {
    super(message);
  }
}
