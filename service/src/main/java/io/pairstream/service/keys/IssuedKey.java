package io.pairstream.service.keys;

import io.pairstream.schemas.ApiKey;
import io.pairstream.service.http.Scope;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An API key as the service knows it.
 *
 * @param record as the topic holds it
 * @param scopes what it allows
 * @param quota what its producer may send; says nothing where the service's default holds
 */
public record IssuedKey(ApiKey record, Set<Scope> scopes, Rates quota) {

  /** The order in which keys were made. */
  public static final Comparator<IssuedKey> BY_AGE =
      Comparator.comparing(IssuedKey::createdAt).thenComparing(IssuedKey::keyId);

  /** State of a key. */
  public enum State {
    LIVE,
    EXPIRED,
    REVOKED
  }

  /**
   * Reads a record. Scopes that this version does not know allow nothing.
   *
   * @throws IllegalArgumentException for an impossible quota
   */
  static IssuedKey of(ApiKey record) {
    return new IssuedKey(
        record,
        record.getScopes().stream()
            .flatMap(label -> Scope.of(label).stream())
            .collect(Collectors.toUnmodifiableSet()),
        new Rates(record.getRecordsPerSecond(), record.getBytesPerSecond()));
  }

  /** The part that is no secret. */
  public String keyId() {
    return record.getKeyId();
  }

  /** Whose key it is. */
  public String producer() {
    return record.getProducer();
  }

  /** When it was made. */
  public Instant createdAt() {
    return record.getCreatedAt();
  }

  /** From when on it is refused; {@link Instant#MAX} for never. */
  public Instant expiresAt() {
    return orNever(record.getExpiresAt());
  }

  /** When it was revoked; {@link Instant#MAX} for not. */
  public Instant revokedAt() {
    return orNever(record.getRevokedAt());
  }

  public State stateAt(Instant now) {
    if (revokedAt().isBefore(Instant.MAX)) {
      return State.REVOKED;
    }
    return now.isBefore(expiresAt()) ? State.LIVE : State.EXPIRED;
  }

  /** Whether the text is this key, found out in the same time wherever they differ. */
  public boolean isOpenedBy(ApiKeyText text) {
    return MessageDigest.isEqual(
        record.getSecretDigest().getBytes(StandardCharsets.US_ASCII),
        text.secretDigest().getBytes(StandardCharsets.US_ASCII));
  }

  /** The key, revoked. */
  IssuedKey revoked(Instant now) {
    return new IssuedKey(ApiKey.newBuilder(record).setRevokedAt(now).build(), scopes, quota);
  }

  private static Instant orNever(Instant time) {
    return time.equals(Instant.EPOCH) ? Instant.MAX : time;
  }
}
