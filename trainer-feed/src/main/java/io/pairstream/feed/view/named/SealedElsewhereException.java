package io.pairstream.feed.view.named;

/** Another process writes this view now; what this one was about to write does not stand. */
public final class SealedElsewhereException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public SealedElsewhereException(String view, Throwable cause) {
    super("another process writes the view " + view + " now; this one has stopped", cause);
  }
}
