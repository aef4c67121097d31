package io.pairstream.cli.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.IssuedKey;
import io.pairstream.service.keys.Rates;
import java.time.Instant;
import java.util.List;

/**
 * A key as JSON.
 *
 * @param key its text, where it is new
 * @param expiresAt null for never
 * @param revokedAt null for never
 */
record KeyAnswer(
    @JsonInclude(JsonInclude.Include.NON_NULL) String key,
    String keyId,
    String producer,
    IssuedKey.State state,
    List<String> scopes,
    @JsonUnwrapped Rates quota,
    Instant createdAt,
    Instant expiresAt,
    Instant revokedAt) {

  static KeyAnswer of(IssuedKey key, String text) {
    return new KeyAnswer(
        text,
        key.keyId(),
        key.producer(),
        key.stateAt(Instant.now()),
        scopes(key),
        key.quota(),
        key.createdAt(),
        time(key.expiresAt()),
        time(key.revokedAt()));
  }

  static List<String> scopes(IssuedKey key) {
    return key.scopes().stream().sorted().map(Scope::label).toList();
  }

  private static Instant time(Instant time) {
    return time.equals(Instant.MAX) ? null : time;
  }
}
