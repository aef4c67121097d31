package io.pairstream.ingest.files;

import java.io.IOException;

/**
 * A Parquet file cannot be read here: it is damaged, asks for too much, or is of a kind that is not
 * read. The message says which, for its owner.
 */
public final class ParquetException extends IOException {

  private static final long serialVersionUID = 1L;

  ParquetException(String message) {
    super(message);
  }

  ParquetException(String message, Throwable cause) {
    super(message, cause);
  }
}
