package io.pairstream.operations.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class SessionsTest {

  private Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private final InstantSource source = () -> now;
  private final Clock clock = source.withZone(ZoneOffset.UTC);
  private final Sessions sessions = new Sessions(clock);

  @Test
  void namesAreLongAndNeverTheSame() {
    String first = sessions.begin("a");
    String second = sessions.begin("a");

    assertThat(first).matches("[0-9a-f]{64}").isNotEqualTo(second);
    assertThat(sessions.use(first)).contains("a");
    assertThat(sessions.use(first.toUpperCase(java.util.Locale.ROOT))).isEmpty();
    assertThat(sessions.use("0".repeat(64))).isEmpty();
    assertThat(sessions.use("")).isEmpty();
  }

  @Test
  void sessionThatNobodyUsesEndsAfterAnHour() {
    String name = sessions.begin("a");
    now = now.plus(Sessions.IDLE.minusMillis(1));
    assertThat(sessions.use(name)).isPresent();
    now = now.plus(Sessions.IDLE);

    assertThat(sessions.use(name)).isEmpty();
    assertThat(sessions.count()).isZero();
  }

  @Test
  void busySessionEndsAfterEightHours() {
    String name = sessions.begin("a");
    for (int halfHours = 0; halfHours < 15; halfHours++) {
      now = now.plus(Duration.ofMinutes(30));
      assertThat(sessions.use(name)).isPresent();
    }
    now = now.plus(Duration.ofMinutes(30));

    assertThat(sessions.use(name)).isEmpty();
  }

  @Test
  void ofTooManyTheLongestIdleEnds() {
    String other = sessions.begin("b");
    String first = sessions.begin("a");
    for (int i = 1; i < Sessions.MOST_OF_A_KEY; i++) {
      now = now.plus(Duration.ofSeconds(1));
      String unused = sessions.begin("a");
    }
    assertThat(sessions.use(first)).isPresent();
    now = now.plus(Duration.ofSeconds(1));
    String latest = sessions.begin("a");

    assertThat(sessions.count()).isEqualTo(1 + Sessions.MOST_OF_A_KEY);
    assertThat(sessions.use(other)).isPresent();
    assertThat(sessions.use(first)).isPresent();
    assertThat(sessions.use(latest)).isPresent();
  }

  @Test
  void attemptsAreCountedByAddressWithinAMinute() {
    Attempts attempts = new Attempts(clock);
    for (int i = 0; i < Attempts.MOST; i++) {
      assertThat(attempts.secondsToWait("192.0.2.1")).isZero();
      attempts.failed("192.0.2.1");
      now = now.plus(Duration.ofSeconds(1));
    }

    assertThat(attempts.secondsToWait("192.0.2.1")).isEqualTo(50);
    assertThat(attempts.secondsToWait("192.0.2.2")).isZero();
    now = now.plus(Duration.ofSeconds(50));
    assertThat(attempts.secondsToWait("192.0.2.1")).isZero();
  }
}
