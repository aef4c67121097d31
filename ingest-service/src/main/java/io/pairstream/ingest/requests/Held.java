package io.pairstream.ingest.requests;

import io.pairstream.schemas.UploadRequest;
import io.pairstream.service.http.Answer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The record that holds for a request key.
 *
 * @param writtenAtMillis when the broker appended it, in milliseconds since 1970
 * @param request a claim, or an answer
 */
record Held(long writtenAtMillis, UploadRequest request) {

  static final String CLAIMED = "CLAIMED";
  static final String ANSWERED = "ANSWERED";
  static final String RELEASED = "RELEASED";

  boolean isClaim() {
    return request.getState().equals(CLAIMED);
  }

  boolean isAnswer() {
    return request.getState().equals(ANSWERED);
  }

  boolean isOf(String claim) {
    return request.getClaim().equals(claim);
  }

  boolean asks(String fingerprint) {
    return request.getFingerprint().equals(fingerprint);
  }

  /**
   * Whether a claim has been left alone for longer than it said.
   *
   * @param nowMillis on the broker's clock, where it is to be the same for all instances
   */
  boolean hasLapsed(long nowMillis) {
    // A record may hold any two times, further apart than a long can tell.
    double leaseMillis =
        (double) request.getExpiresAt().toEpochMilli() - request.getAt().toEpochMilli();
    return (double) nowMillis - writtenAtMillis >= leaseMillis;
  }

  Answer answer() {
    return new Answer(
        request.getStatus(),
        request.getMediaType(),
        request.getHeaders(),
        ByteBuffer.wrap(request.getBody().getBytes(StandardCharsets.UTF_8)));
  }
}
