package io.pairstream.service.keys;

/** What was asked for is no key that can be made or changed; the message says what would be. */
public final class InvalidKeyRequestException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  InvalidKeyRequestException(String message) {
    super(message);
  }
}
