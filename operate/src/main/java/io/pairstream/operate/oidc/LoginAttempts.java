package io.pairstream.operate.oidc;

import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.Nonce;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Logins that people have begun and not ended, in memory. Where there are too many, the oldest is
 * forgotten. Thread-safe.
 */
public final class LoginAttempts {

  /** Time to log in at the provider. */
  public static final Duration LONGEST = Duration.ofMinutes(10);

  private static final int MOST = 1000;

  private final Clock clock;

  /** By state, the oldest first. */
  private final Map<String, Attempt> attempts = new LinkedHashMap<>();

  /**
   * A login that has begun.
   *
   * @param callback where the provider sends the browser afterwards
   * @param state name of the attempt, which the provider repeats
   * @param browser what the browser that began it keeps in a cookie
   */
  public record Attempt(
      URI callback,
      State state,
      State browser,
      Nonce nonce,
      CodeVerifier verifier,
      Instant startedAt) {}

  public LoginAttempts(Clock clock) {
    this.clock = clock;
  }

  /** Begins one. */
  public synchronized Attempt begin(URI callback) {
    Attempt attempt =
        new Attempt(
            callback, new State(), new State(), new Nonce(), new CodeVerifier(), clock.instant());
    if (attempts.size() >= MOST) {
      attempts.remove(attempts.keySet().iterator().next());
    }
    attempts.put(attempt.state().getValue(), attempt);
    return attempt;
  }

  /**
   * Ends the attempt of that state, which cannot be ended again, and returns it.
   *
   * @param state what the provider sends; empty where it sends none
   * @param browser what the browser keeps; empty where it keeps nothing
   * @return empty where it is over, was never begun, or another browser began it
   */
  public synchronized Optional<Attempt> end(String state, String browser) {
    return Optional.ofNullable(attempts.remove(state))
        .filter(attempt -> attempt.browser().getValue().equals(browser))
        .filter(attempt -> clock.instant().isBefore(attempt.startedAt().plus(LONGEST)));
  }
}
