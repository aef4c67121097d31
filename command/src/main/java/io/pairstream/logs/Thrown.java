package io.pairstream.logs;

import java.util.List;
import org.apache.kafka.common.errors.SerializationException;

/**
 * An exception as it is logged: where it came from and of which type, without its message.
 *
 * <p>A message may quote what the code worked on, such as a caption, an address with a password or
 * a line of an upload. Those of the world's troubles quote nothing of that kind, and stay.
 */
final class Thrown extends Throwable {

  private static final long serialVersionUID = 1L;

  /** Deeper ones say nothing new, and a chain may run in a circle. */
  private static final int MOST_CAUSES = 20;

  private static final List<String> OF_THE_WORLD =
      List.of("org.apache.kafka.common.errors.", "java.net.", "java.nio.file.", "javax.net.ssl.");

  private Thrown(Throwable original, Throwable cause) {
    super(describe(original), cause, false, true);
    setStackTrace(original.getStackTrace());
  }

  /** The exception and its causes; null for none. */
  static Throwable of(Throwable original) {
    return of(original, 0);
  }

  private static Throwable of(Throwable original, int depth) {
    return original == null || depth > MOST_CAUSES
        ? null
        : new Thrown(original, of(original.getCause(), depth + 1));
  }

  private static String describe(Throwable original) {
    String type = original.getClass().getName();
    boolean quotesNothing =
        original instanceof VirtualMachineError
            || original instanceof LinkageError
            || (OF_THE_WORLD.stream().anyMatch(type::startsWith)
                && !(original instanceof SerializationException));
    return quotesNothing && original.getMessage() != null
        ? type + ": " + original.getMessage()
        : type;
  }
}
