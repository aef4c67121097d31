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
 * An API key as the service knows it, without the secret.
 *
 * @param keyId the part that is no secret
 * @param secretDigest as {@link ApiKeyText#secretDigest} gives it
 * @param producer whose key it is
 * @param scopes what it allows
 * @param quota what its producer may send; says nothing where the service's default holds
 * @param createdAt when it was made
 * @param expiresAt from when on it is refused; {@link Instant#MAX} for never
 * @param revokedAt when it was revoked; {@link Instant#MAX} for not
 */
public record IssuedKey(
    String keyId,
    String secretDigest,
    String producer,
    Set<Scope> scopes,
    Rates quota,
    Instant createdAt,
    Instant expiresAt,
    Instant revokedAt) {

  /** The order in which keys were made. */
  public static final Comparator<IssuedKey> BY_AGE =
      Comparator.comparing(IssuedKey::createdAt).thenComparing(IssuedKey::keyId);

  /** State of a key. */
  public enum State {
    LIVE,
    EXPIRED,
    REVOKED
  }

  public IssuedKey {
    scopes = Set.copyOf(scopes);
  }

  public State stateAt(Instant now) {
    if (revokedAt.isBefore(Instant.MAX)) {
      return State.REVOKED;
    }
    return now.isBefore(expiresAt) ? State.LIVE : State.EXPIRED;
  }

  /** Whether the text is this key, found out in the same time wherever they differ. */
  public boolean isOpenedBy(ApiKeyText text) {
    return MessageDigest.isEqual(
        secretDigest.getBytes(StandardCharsets.US_ASCII),
        text.secretDigest().getBytes(StandardCharsets.US_ASCII));
  }

  /** The key, revoked. */
  IssuedKey revoked(Instant now) {
    return new IssuedKey(keyId, secretDigest, producer, scopes, quota, createdAt, expiresAt, now);
  }

  /**
   * Reads a record. Scopes that this version does not know allow nothing.
   *
   * @throws IllegalArgumentException for an impossible quota
   */
  static IssuedKey from(ApiKey key) {
    return new IssuedKey(
        key.getKeyId(),
        key.getSecretDigest(),
        key.getProducer(),
        key.getScopes().stream()
            .flatMap(label -> Scope.of(label).stream())
            .collect(Collectors.toSet()),
        new Rates(key.getRecordsPerSecond(), key.getBytesPerSecond()),
        key.getCreatedAt(),
        orNever(key.getExpiresAt()),
        orNever(key.getRevokedAt()));
  }

  ApiKey toRecord() {
    return ApiKey.newBuilder()
        .setKeyId(keyId)
        .setSecretDigest(secretDigest)
        .setProducer(producer)
        .setScopes(scopes.stream().sorted().map(Scope::label).collect(Collectors.toList()))
        .setRecordsPerSecond(quota.recordsPerSecond())
        .setBytesPerSecond(quota.bytesPerSecond())
        .setCreatedAt(createdAt)
        .setExpiresAt(orZero(expiresAt))
        .setRevokedAt(orZero(revokedAt))
        .build();
  }

  private static Instant orNever(Instant time) {
    return time.equals(Instant.EPOCH) ? Instant.MAX : time;
  }

  private static Instant orZero(Instant time) {
    return time.equals(Instant.MAX) ? Instant.EPOCH : time;
  }
}
