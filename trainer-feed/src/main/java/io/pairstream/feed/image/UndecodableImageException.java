package io.pairstream.feed.image;

/** An image that is no image of the declared encoding and size. */
public final class UndecodableImageException extends Exception {

  private static final long serialVersionUID = 1L;

  public UndecodableImageException(String message) {
    super(message);
  }
}
