package io.pairstream.ingest.parquet;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Runs parquet-java's readers, which throw anything at all at a damaged page. */
final class Decoding {

  private Decoding() {}

  /** A piece of work on pages. */
  interface Work<T> {

    T run() throws IOException;
  }

  /**
   * @param column what the pages hold, for the message
   * @throws ParquetException whatever went wrong
   */
  static <T> T guarded(String column, Work<T> work) throws ParquetException {
    try {
      return work.run();
    } catch (UncheckedIOException e) {
      throw new ParquetException("column " + column + ": " + e.getCause().getMessage(), e);
    } catch (IOException | RuntimeException e) {
      throw new ParquetException(
          "column %s cannot be decoded: %s"
              .formatted(
                  column, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
          e);
    }
  }
}
