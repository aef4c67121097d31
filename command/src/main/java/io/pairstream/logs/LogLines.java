package io.pairstream.logs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.service.http.Json;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.Utils;

/**
 * Writes what is logged: a line for people, with a stack trace below it if there is one, or, with
 * {@code PAIRSTREAM_LOG_FORMAT=json}, an object on a line. Nothing is buffered.
 */
final class LogLines extends Handler {

  /**
   * Kafka's warnings and errors of what belongs to a start of one broker on one machine: its
   * controller becomes active; two ask at once for a topic of its own; a busy machine is late with
   * a heartbeat; after a kill, stores are built anew.
   */
  private static final Pattern OF_A_START =
      Pattern.compile(
          "Performing controller activation"
              + "|^Auto topic creation failed for __\\w+ with error 'TOPIC_ALREADY_EXISTS'"
              + "|processExpiredBrokerHeartbeat: controller event queue overloaded"
              + "|did not find checkpoint offsets while stores are not empty"
              + "|^Failed to register startup state stores for task .* are corrupted ",
          Pattern.DOTALL);

  /** Kafka Streams' word for tasks that were killed while they wrote, with a stack trace. */
  private static final String KILLED_IN_A_WRITE =
      "org.apache.kafka.streams.errors.TaskCorruptedException";

  private static final String BUILT_ANEW =
      "Kafka Streams builds stores anew from what is committed, as their last write was cut off;"
          + " nothing is lost";

  /** Names of levels, by the least value of each. */
  private static final TreeMap<Integer, String> NAMES =
      new TreeMap<>(Map.of(0, "TRACE", 500, "DEBUG", 800, "INFO", 900, "WARN", 1000, "ERROR"));

  private static final Pattern CONTROLS = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f]+");

  /** A package's name but for its first letter. */
  private static final Pattern REST_OF_PACKAGE = Pattern.compile("(?<=\\b[^.])[^.]+\\.");

  private static final DateTimeFormatter FOR_PEOPLE =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

  private static final DateTimeFormatter FOR_PROGRAMS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final SimpleFormatter messages = new SimpleFormatter();
  private final PrintStream out =
      "SYSTEM_OUT".equals(System.getProperty("pairstream.log.target")) ? System.out : System.err;
  private final boolean isForPrograms = "json".equals(System.getenv("PAIRSTREAM_LOG_FORMAT"));
  private final String service;

  LogLines(String service) {
    this.service = service;
  }

  @Override
  public void publish(LogRecord record) {
    String message = String.valueOf(messages.formatMessage(record));
    if (OF_A_START.matcher(message).find()) {
      return;
    }
    Throwable thrown = record.getThrown();
    boolean isKilled = thrown != null && thrown.getClass().getName().equals(KILLED_IN_A_WRITE);
    String trace = thrown == null ? "" : Utils.stackTrace(Thrown.of(thrown));
    String text =
        isKilled
            ? line(record, Level.INFO, BUILT_ANEW, "")
            : line(record, record.getLevel(), message, trace);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write(bytes, 0, bytes.length);
    out.flush();
  }

  private String line(LogRecord record, Level level, String message, String trace) {
    String logger = String.valueOf(record.getLoggerName());
    // A handler is called by the thread that logs.
    String thread = Thread.currentThread().getName();
    if (!isForPrograms) {
      // A message is one line, whatever a stranger's text in it holds.
      return "%s %-5s [%s] %s: %s%n%s"
          .formatted(
              FOR_PEOPLE.format(record.getInstant()),
              name(level),
              thread,
              REST_OF_PACKAGE.matcher(logger).replaceAll("."),
              CONTROLS.matcher(message).replaceAll(" "),
              trace);
    }
    ObjectNode object =
        Json.MAPPER
            .createObjectNode()
            .put("time", FOR_PROGRAMS.format(record.getInstant()))
            .put("level", name(level))
            .put("logger", logger)
            .put("thread", thread)
            .put("message", message)
            .put("service", service)
            .put("instance", System.getProperty("pairstream.instance", ""));
    if (!trace.isEmpty()) {
      object.put("stack", trace);
    }
    return object + "\n";
  }

  private static String name(Level level) {
    return NAMES.floorEntry(level.intValue()).getValue();
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
