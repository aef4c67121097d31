package io.pairstream.logs;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How this process logs, settled before anything does: as lines for people, or as one JSON object a
 * line. {@code log4j2.xml} reads what is set here.
 */
public final class LogSettings {

  /** The option of every service. */
  public static final String OPTION = "--log-format";

  /** The environment's word, where the option is not given. */
  public static final String VARIABLE = "PAIRSTREAM_LOG_FORMAT";

  private static final String FORMAT = "pairstream.log.format";
  private static final String SERVICE = "pairstream.log.service";

  /** How lines are written. */
  public enum Format {
    TEXT,
    JSON;

    /** The format of that name, in any case; empty for another. */
    public static Optional<Format> named(String name) {
      return List.of(values()).stream()
          .filter(format -> format.name().equalsIgnoreCase(name))
          .findFirst();
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private LogSettings() {}

  /**
   * Settles it from a command line. What is written wrong is left to whoever reads the command
   * line, and what Java was started with stands above all.
   *
   * @param arguments the command's, its name first
   */
  public static void settle(String[] arguments) {
    settle(arguments, Optional.ofNullable(System.getenv(VARIABLE)));
  }

  static void settle(String[] arguments, Optional<String> variable) {
    if (arguments.length > 0) {
      setWhereUnset(SERVICE, arguments[0].replaceAll("[^a-z]", ""));
    }
    given(arguments)
        .or(() -> variable)
        .flatMap(Format::named)
        .ifPresent(format -> setWhereUnset(FORMAT, format.toString()));
  }

  private static Optional<String> given(String[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].startsWith(OPTION + "=")) {
        return Optional.of(arguments[i].substring(OPTION.length() + 1));
      } else if (arguments[i].equals(OPTION) && i + 1 < arguments.length) {
        return Optional.of(arguments[i + 1]);
      }
    }
    return Optional.empty();
  }

  private static void setWhereUnset(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
