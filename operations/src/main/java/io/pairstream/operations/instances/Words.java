package io.pairstream.operations.instances;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/** Times as people, and the page, read them. */
final class Words {

  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Words() {}

  /** ISO 8601 with milliseconds. */
  static String time(Instant instant) {
    return MILLIS.format(instant);
  }

  /** The time of day. */
  static String timeOfDay(Instant instant) {
    return MINUTES.format(instant);
  }

  /** A stretch of time in its largest unit: {@code 4 min}. */
  static String duration(double seconds) {
    if (seconds < 100) {
      return String.format(Locale.ROOT, "%.0f s", seconds);
    } else if (seconds < 100 * 60) {
      return String.format(Locale.ROOT, "%.0f min", seconds / 60);
    } else if (seconds < 48 * 3600) {
      return String.format(Locale.ROOT, "%.0f h", seconds / 3600);
    }
    return String.format(Locale.ROOT, "%.0f days", seconds / 86_400);
  }
}
