package io.pairstream.logs;

import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.Marker;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.impl.DefaultLogEventFactory;
import org.apache.logging.log4j.core.impl.LogEventFactory;
import org.apache.logging.log4j.message.Message;
import org.apache.logging.log4j.message.SimpleMessage;

/**
 * Makes the events that are logged, of our own code and of every library, with each exception as
 * {@link Thrown}. Log4j finds this class by its name in {@code log4j2.component.properties}.
 *
 * <p>Kafka Streams calls tasks corrupted that were killed while they wrote, as errors with stack
 * traces; it builds them anew, so that is information.
 */
public final class QuietEvents implements LogEventFactory {

  private static final String KILLED_IN_A_WRITE =
      "org.apache.kafka.streams.errors.TaskCorruptedException";

  private static final Message BUILT_ANEW =
      new SimpleMessage(
          "Kafka Streams builds stores anew from what is committed, as their last write was cut"
              + " off; nothing is lost");

  private final LogEventFactory events = DefaultLogEventFactory.getInstance();

  @Override
  public LogEvent createEvent(
      String logger,
      Marker marker,
      String caller,
      Level level,
      Message message,
      List<Property> properties,
      Throwable thrown) {
    return isKilledInAWrite(thrown)
        ? events.createEvent(logger, marker, caller, Level.INFO, BUILT_ANEW, properties, null)
        : events.createEvent(logger, marker, caller, level, message, properties, Thrown.of(thrown));
  }

  @Override
  public LogEvent createEvent(
      String logger,
      Marker marker,
      String caller,
      StackTraceElement location,
      Level level,
      Message message,
      List<Property> properties,
      Throwable thrown) {
    return isKilledInAWrite(thrown)
        ? events.createEvent(
            logger, marker, caller, location, Level.INFO, BUILT_ANEW, properties, null)
        : events.createEvent(
            logger, marker, caller, location, level, message, properties, Thrown.of(thrown));
  }

  private static boolean isKilledInAWrite(Throwable thrown) {
    return thrown != null && thrown.getClass().getName().equals(KILLED_IN_A_WRITE);
  }

  /**
   * An exception as it is logged: where it came from and of which type, without its message.
   *
   * <p>A message may quote what the code worked on, such as a caption, an address with a password
   * or a line of an upload. Those of the world's troubles quote nothing of that kind, and stay.
   */
  static final class Thrown extends Throwable {

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
      return original == null || original instanceof Thrown || depth > MOST_CAUSES
          ? null
          : new Thrown(original, of(original.getCause(), depth + 1));
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
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
}
