package io.pairstream.logs;

import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.Marker;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.impl.DefaultLogEventFactory;
import org.apache.logging.log4j.core.impl.LogEventFactory;
import org.apache.logging.log4j.message.Message;

/**
 * Makes the events that are logged, of our own code and of every library, with each exception as
 * {@link Thrown}. Log4j finds this class by its name in {@code log4j2.component.properties}.
 */
public final class QuietEvents implements LogEventFactory {

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
    return events.createEvent(
        logger, marker, caller, level, message, properties, Thrown.of(thrown));
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
    return events.createEvent(
        logger, marker, caller, location, level, message, properties, Thrown.of(thrown));
  }
}
