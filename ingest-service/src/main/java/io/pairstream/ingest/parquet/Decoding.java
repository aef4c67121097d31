package io.pairstream.ingest.parquet;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Runs parquet-java's readers, which throw anything at all at a damaged page, and make arrays of
 * whatever size it states.
 */
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
    } catch (OutOfMemoryError e) {
      throw new ParquetException(
          "column %s needs more memory than there is; write it with smaller groups of rows (pyarrow: row_group_size=100)"
              .formatted(column),
          e);
    } catch (IOException | RuntimeException e) {
      throw new ParquetException(
          "column %s cannot be decoded: %s"
              .formatted(
                  column, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
          e);
    }
  }
}
