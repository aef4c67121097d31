package io.pairstream.schemas.wire;

/** The cause at the bottom of an exception, which says what is wrong where those above wrap it. */
public final class RootCause {

  private RootCause() {}

  /** The exception that has no cause; the given one where that is it. */
  public static Throwable of(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /** Its message; the simple name of its class where it has none. */
  public static String message(Throwable thrown) {
    Throwable root = of(thrown);
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
