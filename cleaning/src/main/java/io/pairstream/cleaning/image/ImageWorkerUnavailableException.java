package io.pairstream.cleaning.image;

/** No image worker is able to work, whatever the image: the world is bad, not the record. */
public final class ImageWorkerUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ImageWorkerUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }

  public ImageWorkerUnavailableException(String message) {
    super(message);
  }
}
