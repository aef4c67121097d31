package io.pairstream.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time, or how long ago it was: {@code 2026-01-31T00:00:00Z}, {@code P1D}. */
final class PastTime implements ITypeConverter<Instant> {

  /** For the help of an option. */
  static final String FORMS =
      "a time (2026-01-31T00:00:00Z) or how long ago (P1D, PT6H), ISO 8601.";

  @Override
  public Instant convert(String text) {
    try {
      return text.startsWith("P") ? Instant.now().minus(Duration.parse(text)) : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new TypeConversionException(
          "right is a time such as 2026-01-31T00:00:00Z or a duration such as P1D, not " + text);
    }
  }
}
