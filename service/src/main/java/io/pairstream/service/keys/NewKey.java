package io.pairstream.service.keys;

import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Scope;
import java.time.Instant;
import java.util.Set;

/**
 * Request for a new key.
 *
 * @param producer whose key it will be: {@link #MAX_PRODUCER_CHARS} characters at most, none of
 *     them a control character, and not {@link Principal#ANONYMOUS}; is the producer in the pairs
 *     that are sent with it
 * @param scopes at least one
 * @param quota what the producer may send; the producer's present quota where it says nothing
 * @param expiresAt {@link Instant#MAX} for never
 */
public record NewKey(String producer, Set<Scope> scopes, Rates quota, Instant expiresAt) {

  public static final int MAX_PRODUCER_CHARS = 100;

  /**
   * @throws IllegalArgumentException for a name or scopes that no key can have
   */
  public NewKey {
    scopes = Set.copyOf(scopes);
    if (producer.isBlank() || producer.length() > MAX_PRODUCER_CHARS) {
      throw new IllegalArgumentException(
          "a producer's name has 1 to %d characters, not %d"
              .formatted(MAX_PRODUCER_CHARS, producer.length()));
    }
    if (producer.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("a producer's name has no control characters");
    }
    if (producer.equals(Principal.ANONYMOUS.producer())) {
      throw new IllegalArgumentException(
          "'"
              + producer
              + "' is the name of callers without a key; choose another producer's name");
    }
    if (scopes.isEmpty()) {
      throw new IllegalArgumentException("a key has at least one scope: " + Scope.labels());
    }
  }
}
