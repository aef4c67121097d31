package io.pairstream.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Spans of time as a person types them: {@code 500ms}, {@code 7d}, or as ISO 8601 writes them. */
final class TimeSpan {

  private static final Pattern SPAN = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  private TimeSpan() {}

  static Duration parse(String text) {
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
  static Instant parsePast(String text) {
    try {
      return text.startsWith("P") || SPAN.matcher(text).matches()
          ? Instant.now().minus(parse(text))
          : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new TypeConversionException(
          "right is a time such as 2026-01-31T00:00:00Z or how long ago, such as 1d, not " + text);
    }
  }
}
