package io.pairstream.cli.command;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Numbers and times as a person reads and types them. */
public final class Quantity {

  private static final String[] BYTES = {"B", "kB", "MB", "GB", "TB", "PB"};
  private static final String[] COUNT = {"", "k", "M", "G", "T"};

  private Quantity() {}

  /** Bytes in at most 6 columns: {@code 3.1 MB}. */
  public static String bytes(long bytes) {
    return scaled(bytes, " ", BYTES);
  }

  /** A count in at most 6 columns: as it is up to 99,999, then {@code 120k}. */
  public static String count(long count) {
    return count < 100_000 ? String.format(Locale.ROOT, "%,d", count) : scaled(count, "", COUNT);
  }

  /** A rate per second in at most 6 columns. */
  public static String rate(double perSecond) {
    if (perSecond > 0 && perSecond < 10) {
      return String.format(Locale.ROOT, "%.1f", perSecond);
    }
    return count(Math.round(perSecond));
  }

  /** A span of time in at most 4 columns: {@code 12s}, {@code 5m}, {@code 31h}, {@code 12d}. */
  public static String shortSeconds(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 120) {
      return whole + "s";
    } else if (whole < 7200) {
      return whole / 60 + "m";
    }
    return whole < 360_000 ? whole / 3600 + "h" : whole / 86_400 + "d";
  }

  private static String scaled(long number, String gap, String[] units) {
    double value = number;
    int unit = 0;
    while (value >= 999.5 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    String digits =
        unit == 0 || value >= 9.95
            ? String.valueOf(Math.round(value))
            : String.format(Locale.ROOT, "%.1f", value);
    return digits + (units[unit].isEmpty() ? "" : gap + units[unit]);
  }

  private static final Pattern SPAN = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  public static Duration span(String text) {
    Matcher matcher = SPAN.matcher(text);
    try {
      if (!matcher.matches()) {
        return Duration.parse(text);
      }
    } catch (DateTimeParseException e) {
      throw new TypeConversionException(
          "right is a number with ms, s, m, h or d, such as 60s, not " + text);
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  /** A time, or how long ago it was: {@code 2026-01-31T00:00:00Z}, {@code 1d}. */
  public static Instant past(String text) {
    try {
      return text.startsWith("P") || SPAN.matcher(text).matches()
          ? Instant.now().minus(span(text))
          : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new TypeConversionException(
          "right is a time such as 2026-01-31T00:00:00Z or how long ago, such as 1d, not " + text);
    }
  }
}
