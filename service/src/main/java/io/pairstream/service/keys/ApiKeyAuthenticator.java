package io.pairstream.service.keys;

import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;

/**
 * Knows producers by their API keys: {@code Authorization: Bearer psk_…}.
 *
 * <p>A caller without a key's secret learns nothing about it: a key that was never issued, another
 * secret and a text that is no key get the same answer. That a key has expired or is revoked is
 * said to its holder alone.
 *
 * @param anonymousToo whether a request without a key is let in, as {@link Principal#ANONYMOUS}
 */
public record ApiKeyAuthenticator(KeyRing ring, boolean anonymousToo, Clock clock)
    implements Authenticator {

  /** Member of a refusal that says what is wrong with the key: UNKNOWN, REVOKED or EXPIRED. */
  public static final String KEY_STATE = "key_state";

  /** Member of a refusal that says since when, unless the key is unknown. */
  public static final String SINCE = "since";

  private static final String REALM = "Bearer realm=\"pairstream\"";
  private static final String SCHEME = "bearer ";

  /**
   * @throws Problem {@link ProblemKind#UNAUTHORIZED}; {@link ProblemKind#KAFKA_UNAVAILABLE} while
   *     the keys are not known yet
   */
  @Override
  public Principal authenticate(Incoming request) {
    Optional<String> authorization = request.header("Authorization");
    if (authorization.isEmpty()) {
      if (anonymousToo) {
        return Principal.ANONYMOUS;
      }
      throw refused("send an API key: Authorization: Bearer psk_...", REALM);
    }
    String value = authorization.get();
    if (!value.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      throw refused("the Authorization must be Bearer, with an API key: Bearer psk_...", REALM);
    }
    return holder(value.substring(SCHEME.length()).strip());
  }

  /**
   * Principal of the key's holder.
   *
   * @param key as its owner sends it
   * @throws Problem as {@link #authenticate}
   */
  public Principal holder(String key) {
    Optional<Principal> holder = ApiKeyText.parse(key).flatMap(this::holderOf);
    // Asked behind the look: no key is known from when a fault comes until it has gone.
    if (holder.isEmpty() && !ring.isCaughtUp()) {
      throw Problem.of(
              ProblemKind.KAFKA_UNAVAILABLE,
              "the service does not know all API keys yet; come again in a moment")
          .retryAfter(1);
    }
    return holder.orElseThrow(() -> invalid("this API key is unknown here", "UNKNOWN", ""));
  }

  private Optional<Principal> holderOf(ApiKeyText text) {
    return ring.find(text.keyId()).filter(key -> key.isOpenedBy(text)).map(this::principal);
  }

  private Principal principal(IssuedKey key) {
    return switch (key.stateAt(clock.instant())) {
      case LIVE -> new Principal(key.producer(), key.keyId(), key.scopes());
      case REVOKED ->
          throw invalid(
              "this API key was revoked on " + key.revokedAt(),
              "REVOKED",
              key.revokedAt().toString());
      case EXPIRED ->
          throw invalid(
              "this API key expired on " + key.expiresAt(), "EXPIRED", key.expiresAt().toString());
    };
  }

  private static Problem invalid(String detail, String state, String since) {
    Problem problem =
        refused(
                detail + "; the operator of this service issues keys",
                REALM + ", error=\"invalid_token\"")
            .with(KEY_STATE, state);
    return since.isEmpty() ? problem : problem.with(SINCE, since);
  }

  private static Problem refused(String detail, String challenge) {
    return Problem.of(ProblemKind.UNAUTHORIZED, detail).withHeader("WWW-Authenticate", challenge);
  }
}
