package io.pairstream.ingest.fetch.web;

/** An address that cannot be that of an image on the web; the message says why. */
public final class UnusableAddressException extends Exception {

  private static final long serialVersionUID = 1L;

  public UnusableAddressException(String message) {
    super(message);
  }
}
