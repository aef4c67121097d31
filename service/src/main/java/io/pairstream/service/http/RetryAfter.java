package io.pairstream.service.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** The header {@code Retry-After}, in seconds or as a date (RFC 9110, section 10.2.3). */
public final class RetryAfter {

  /** Longest time that is believed: a host that asks for more is asked again after this. */
  static final Duration LONGEST = Duration.ofDays(1);

  private static final int MAX_DIGITS = 9;

  private RetryAfter() {}

  /** How long from {@code now} the host wants to be left alone; zero where it does not say. */
  public static Duration read(String text, Instant now) {
    String value = text.strip();
    if (value.matches("\\d+")) {
      return value.length() > MAX_DIGITS
          ? LONGEST
          : bounded(Duration.ofSeconds(Long.parseLong(value)));
    }
    try {
      return bounded(
          Duration.between(
              now, ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant()));
    } catch (DateTimeException | ArithmeticException e) {
      return Duration.ZERO;
    }
  }

  private static Duration bounded(Duration wait) {
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }
}
