package io.pairstream.registry;

import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Json;

/** An answer that tells what is wrong, with Confluent's code for it. */
final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int code;

  /**
   * @param code its first three digits are the status
   */
  Refusal(int code, String message) {
    super(message);
    this.code = code;
  }

  private record ErrorAnswer(int errorCode, String message) {}

  /** Whether another instance may have registered meanwhile what is missing. */
  boolean isMissing() {
    return code / 100 == 404;
  }

  Answer answer() {
    int status = code > 999 ? code / 100 : code;
    return Answer.of(
        status, RegistryService.MEDIA_TYPE, Json.bytes(new ErrorAnswer(code, getMessage())));
  }
}
