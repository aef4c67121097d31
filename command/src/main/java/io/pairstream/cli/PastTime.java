package io.pairstream.cli;

import java.time.DateTimeException;
import java.time.Instant;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time, or how long ago it was: {@code 2026-01-31T00:00:00Z}, {@code 1d}. */
final class PastTime implements ITypeConverter<Instant> {

  @Override
  public Instant convert(String text) {
    try {
      return TimeSpan.isOne(text)
          ? Instant.now().minus(new TimeSpan().convert(text))
          : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new TypeConversionException(
          "right is a time such as 2026-01-31T00:00:00Z or how long ago, such as 1d, not " + text);
    }
  }
}
