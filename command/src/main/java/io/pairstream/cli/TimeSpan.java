package io.pairstream.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a span of time: {@code 500ms}, {@code 2s}, {@code 1m}, {@code 3h}, {@code 7d}; or as ISO
 * 8601 writes it, {@code PT2S}.
 */
final class TimeSpan implements ITypeConverter<Duration> {

  private static final Pattern SPAN = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  /** Whether a text is meant as a span, rightly written or not. */
  static boolean isOne(String text) {
    return text.startsWith("P") || SPAN.matcher(text).matches();
  }

  @Override
  public Duration convert(String text) {
    Matcher matcher = SPAN.matcher(text);
    if (!matcher.matches()) {
      if (text.startsWith("P")) {
        try {
          return Duration.parse(text);
        } catch (DateTimeParseException e) {
          // Said below.
        }
      }
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
}
