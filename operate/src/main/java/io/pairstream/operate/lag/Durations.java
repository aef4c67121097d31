package io.pairstream.operate.lag;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.OptionalDouble;

/** Times, amounts and sizes as people say them. */
public final class Durations {

  private static final double HOUR = 3600;

  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Durations() {}

  /** Length in seconds, with its fraction. */
  public static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  /** {@code 45 s}, {@code 6 min}, {@code 5 h}, {@code 3 days}. */
  public static Sentence inWords(double seconds) {
    return seconds < 90
        ? count(seconds, 1, Template.SECONDS)
        : seconds < 90 * 60
            ? count(seconds, 60, Template.MINUTES)
            : seconds < 36 * HOUR
                ? count(seconds, HOUR, Template.HOURS)
                : count(seconds, 24 * HOUR, Template.DAYS);
  }

  private static Sentence count(double seconds, double unit, Template words) {
    return words.with(Math.max(seconds <= 0 ? 0 : 1, Math.round(seconds / unit)));
  }

  /**
   * How much waits, and for how long.
   *
   * @param records those that wait
   * @param seconds age of the oldest; empty where it is not known
   */
  public static Sentence waiting(long records, OptionalDouble seconds) {
    if (records == 0) {
      return Template.NOTHING_WAITS.with();
    }
    return seconds.isEmpty()
        ? Template.counted(records, Template.ONE_WAITS, Template.WAITING)
        : (records == 1 ? Template.ONE_WAITS_FOR : Template.WAITING_FOR)
            .with(records, inWords(seconds.getAsDouble()));
  }

  /** {@code 17:25 UTC}. */
  public static String timeOfDay(Instant time) {
    return MINUTES.format(time);
  }

  /** {@code 17:25:08 UTC}. */
  public static String timeToTheSecond(Instant time) {
    return SECONDS.format(time);
  }

  /** {@code 3.1 MB}, {@code 210 kB}, {@code 17 bytes}. */
  public static Sentence size(long bytes) {
    if (bytes < 1000) {
      return Template.counted(bytes, Template.BYTE, Template.BYTES);
    }
    double value = bytes / 1e3;
    for (String unit : new String[] {" kB", " MB", " GB"}) {
      if (value < 999.5) {
        return Sentence.verbatim(
            String.format(Locale.ROOT, value < 9.95 ? "%.1f%s" : "%.0f%s", value, unit));
      }
      value /= 1e3;
    }
    return Sentence.verbatim(String.format(Locale.ROOT, "%.1f TB", value));
  }
}
