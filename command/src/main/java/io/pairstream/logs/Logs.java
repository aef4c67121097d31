package io.pairstream.logs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Logging of a process, of our own code and of every library, by Java's own logger.
 *
 * <p>A command keeps its standard output to itself and warns on standard error; a child process of
 * the platform writes everything to standard output, which the platform keeps in a file. System
 * properties say so: {@code pairstream.log.target}, {@code pairstream.log.level} of our code, and
 * {@code pairstream.log.others}.
 */
public final class Logs {

  private static final Map<String, Level> LEVELS =
      Map.of(
          "off", Level.OFF,
          "error", Level.SEVERE,
          "warn", Level.WARNING,
          "info", Level.INFO,
          "debug", Level.FINE,
          "trace", Level.FINEST);

  /** Loggers whose level was set: Java forgets the level of one that nothing else holds. */
  private static final List<Logger> SET = new ArrayList<>();

  private Logs() {}

  /**
   * Has this process log from here on; to be called before anything else may log.
   *
   * @param service name of the process in each line of {@code PAIRSTREAM_LOG_FORMAT=json}
   */
  public static void install(String service) {
    System.setProperty("java.util.logging.manager", Unending.class.getName());
    Logger.getLogger("").addHandler(new LogLines(service));
    set("", level("pairstream.log.others", "error"));
    set("io.pairstream", level("pairstream.log.level", "warn"));
    // Recommends a setting for a kind of table that the topology has none of.
    set("org.apache.kafka.streams.StreamsConfig", Level.SEVERE);
    // Logs a stack trace of what it throws, which a command says in one line.
    set(
        "io.confluent.kafka.schemaregistry.client.rest.RestService",
        level("pairstream.log.others", "off"));
    // Calls a topic unknown that was made a moment ago; the caller tries again.
    set("org.apache.kafka.clients.admin.internals.PartitionLeaderStrategy", Level.OFF);
    // Warns of two versions that pom.xml chose to go together.
    set("org.bytedeco.javacpp", Level.SEVERE);
    // Warn of every setting that belongs to another part of the same client.
    set("org.apache.kafka.clients.admin.AdminClientConfig", Level.SEVERE);
    set("org.apache.kafka.clients.consumer.ConsumerConfig", Level.SEVERE);
    set("org.apache.kafka.clients.producer.ProducerConfig", Level.SEVERE);
  }

  private static Level level(String property, String usual) {
    String name = System.getProperty(property, usual).toLowerCase(Locale.ROOT);
    return LEVELS.getOrDefault(name, LEVELS.get(usual));
  }

  private static void set(String name, Level level) {
    Logger logger = Logger.getLogger(name);
    logger.setLevel(level);
    SET.add(logger);
  }

  /**
   * Keeps what {@link #install} has set: Java's own manager reads a file, and forgets everything as
   * soon as the process begins to stop.
   */
  public static final class Unending extends LogManager {

    @Override
    public void readConfiguration() {}

    @Override
    public void reset() {}
  }
}
