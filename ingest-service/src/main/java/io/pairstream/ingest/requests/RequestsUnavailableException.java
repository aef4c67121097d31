package io.pairstream.ingest.requests;

/** Kafka does not say, or does not take, what becomes of a request. */
public final class RequestsUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RequestsUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
