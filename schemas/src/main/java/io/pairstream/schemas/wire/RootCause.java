package io.pairstream.schemas.wire;

import io.pairstream.schemas.topics.RefusedRight;
import java.nio.file.FileSystemException;
import java.util.Locale;
import org.apache.kafka.common.errors.AuthorizationException;

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
   * message is a file's name alone: {@code /data: access denied}; the right that is lacking, where
   * Kafka refuses one.
   */
  public static String message(Throwable thrown) {
    Throwable root = of(thrown);
    if (root instanceof AuthorizationException refused) {
      return RefusedRight.words(refused);
    }
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
