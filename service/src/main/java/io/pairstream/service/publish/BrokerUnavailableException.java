package io.pairstream.service.publish;

/** No broker answers at the addresses that were given, or not for this topic. */
public final class BrokerUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BrokerUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
