package io.pairstream.feed.export;

/** An export that cannot be made as asked, or not into that folder. */
public final class ExportRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ExportRefusedException(String message) {
    super(message);
  }
}
