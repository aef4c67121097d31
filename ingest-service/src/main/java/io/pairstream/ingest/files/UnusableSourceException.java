package io.pairstream.ingest.files;

/** A path gives no pairs at all: it does not exist, is empty, or is no kind of file we read. */
public final class UnusableSourceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UnusableSourceException(String message) {
    super(message);
  }
}
