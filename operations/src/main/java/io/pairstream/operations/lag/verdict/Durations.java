package io.pairstream.operations.lag.verdict;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times, amounts and sizes as people say them. */
public final class Durations {

  private static final double MINUTE = 60;
  private static final double HOUR = 3600;
  private static final double DAY = 86_400;

  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Durations() {}

  /** {@code 45 s}, {@code 6 min}, {@code 5 h}, {@code 3 days}. */
  public static String inWords(double seconds) {
    Unit unit = Unit.of(seconds);
    return Math.max(seconds <= 0 ? 0 : 1, Math.round(seconds / unit.seconds())) + unit.words();
  }

  /** {@code 17:25 UTC}. */
  public static String timeOfDay(Instant time) {
    return MINUTES.format(time);
  }

  /** {@code 4 to 6 min}, {@code about 5 min}, {@code up to 6 min}. */
  public static String range(double from, double to) {
    Unit unit = Unit.of(to);
    long low = Math.round(from / unit.seconds());
    long high = Math.max(1, Math.round(to / unit.seconds()));
    if (low == high) {
      return "about " + high + unit.words();
    }
    return low == 0 ? "up to " + high + unit.words() : low + " to " + high + unit.words();
  }

  /** {@code 1,204}. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** {@code 3.1 MB}, {@code 210 kB}, {@code 17 bytes}. */
  public static String size(long bytes) {
    if (bytes < 1000) {
      return bytes == 1 ? "1 byte" : bytes + " bytes";
    }
    double value = bytes / 1e3;
    for (String unit : new String[] {" kB", " MB", " GB"}) {
      if (value < 999.5) {
        return String.format(Locale.ROOT, value < 9.95 ? "%.1f%s" : "%.0f%s", value, unit);
      }
      value /= 1e3;
    }
    return String.format(Locale.ROOT, "%.1f TB", value);
  }

  private enum Unit {
    SECOND(1, " s"),
    MINUTES(MINUTE, " min"),
    HOURS(HOUR, " h"),
    DAYS(DAY, " days");

    private final double seconds;
    private final String words;

    Unit(double seconds, String words) {
      this.seconds = seconds;
      this.words = words;
    }

    double seconds() {
      return seconds;
    }

    String words() {
      return words;
    }

    static Unit of(double seconds) {
      if (seconds < 90) {
        return SECOND;
      }
      if (seconds < 90 * MINUTE) {
        return MINUTES;
      }
      return seconds < 36 * HOUR ? HOURS : DAYS;
    }
  }
}
