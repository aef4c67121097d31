package io.pairstream.service.publish;

/** A record is not in Kafka, or that is unknown: no acknowledgement came. */
public final class PublishFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  PublishFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
