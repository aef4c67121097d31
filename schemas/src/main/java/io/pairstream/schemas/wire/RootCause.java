package io.pairstream.schemas.wire;

import java.nio.file.FileSystemException;
import java.util.Locale;

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

  /**
   * The root's message. What its class is called, in words, where there is none, or where the
   * message is a file's name alone: {@code /data: access denied}.
   */
  public static String message(Throwable thrown) {
    Throwable root = of(thrown);
    String message = root.getMessage();
    if (message == null) {
      return kind(root);
    }
    return root instanceof FileSystemException file && file.getReason() == null
        ? message + ": " + kind(root)
        : message;
  }

  private static String kind(Throwable thrown) {
    return thrown
        .getClass()
        .getSimpleName()
        .replaceAll("(Exception|Error)$", "")
        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
        .toLowerCase(Locale.ROOT);
  }
}
