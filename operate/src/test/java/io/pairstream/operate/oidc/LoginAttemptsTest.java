package io.pairstream.operate.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.oidc.LoginAttempts.Attempt;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class LoginAttemptsTest {

  private static final URI CALLBACK = URI.create("http://127.0.0.1/v1/login/callback");

  private Instant now = Instant.parse("2026-11-27T12:00:00Z");

  private final InstantSource moved = () -> now;
  private final LoginAttempts attempts = new LoginAttempts(moved.withZone(ZoneOffset.UTC));

  @Test
  void oneEndsOnceAndInTime() {
    Attempt inTime = attempts.begin(CALLBACK);
    Attempt late = attempts.begin(CALLBACK);

    now = now.plus(LoginAttempts.LONGEST).minus(Duration.ofMillis(1));
    assertThat(end(inTime)).isTrue();
    assertThat(end(inTime)).isFalse();
    now = now.plusMillis(1);
    assertThat(end(late)).isFalse();
  }

  /** A browser deletes the cookie of an attempt that took too long. */
  @Test
  void aBrowserThatKeepsNothingEndsNone() {
    Attempt begun = attempts.begin(CALLBACK);

    assertThat(attempts.end("", "")).isEmpty();
    assertThat(attempts.end(begun.state().getValue(), "")).isEmpty();
  }

  @Test
  void theOldestOfTooManyIsForgotten() {
    Attempt first = attempts.begin(CALLBACK);
    Attempt second = attempts.begin(CALLBACK);
    for (int i = 0; i < 999; i++) {
      attempts.begin(CALLBACK);
    }

    assertThat(end(first)).isFalse();
    assertThat(end(second)).isTrue();
  }

  private boolean end(Attempt attempt) {
    return attempts.end(attempt.state().getValue(), attempt.browser().getValue()).isPresent();
  }
}
