package io.pairstream.operations.groups;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a group is to go on reading. */
public sealed interface ResetTarget {

  /** With the first record that each partition still holds. */
  record Earliest() implements ResetTarget {}

  /** Behind the last committed record of each partition. */
  record Latest() implements ResetTarget {}

  /**
   * With this offset.
   *
   * @param offset 0 or more
   */
  record At(long offset) implements ResetTarget {}

  /** With the first record of each partition whose time is this or a later one. */
  record Since(Instant time) implements ResetTarget {}

  /**
   * Reads what a person writes: {@code earliest}, {@code latest}, an offset, a time such as {@code
   * 2026-11-20T03:00:00Z}, or a time that has passed since, such as {@code 90m}.
   *
   * @throws IllegalArgumentException where it is none of these; the message says what is right
   */
  static ResetTarget parse(String text, Clock clock) {
    if (text.equals("earliest")) {
      return new Earliest();
    } else if (text.equals("latest")) {
      return new Latest();
    } else if (text.matches("\\d{1,18}")) {
      return new At(Long.parseLong(text));
    }
    Matcher ago = Pattern.compile("(\\d{1,9})([smhd])").matcher(text);
    if (ago.matches()) {
      long count = Long.parseLong(ago.group(1));
      Duration passed =
          switch (ago.group(2)) {
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
          };
      return new Since(clock.instant().minus(passed));
    }
    try {
      return new Since(Instant.parse(text));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "must be earliest, latest, an offset, a time such as 2026-11-20T03:00:00Z, or how long"
              + " ago, such as 90m; was '"
              + text
              + "'",
          e);
    }
  }
}
