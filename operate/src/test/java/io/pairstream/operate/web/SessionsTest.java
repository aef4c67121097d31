package io.pairstream.operate.web;

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
  void oneKeysSessionsEndNobodyElses() {
    String others = sessions.begin("a");
    String first = sessions.begin("b");
    for (int i = 1; i < 6 * Sessions.MOST; i++) {
      sessions.begin("b");
    }
    String last = sessions.begin("b");

    assertThat(sessions.use(others)).contains("a");
    assertThat(sessions.use(first)).isEmpty();
    assertThat(sessions.use(last)).contains("b");
  }

  @Test
  void ofTooManyTheLongestIdleEnds() {
    String first = sessions.begin("a");
    String second = sessions.begin("a");
    assertThat(sessions.use(first)).isPresent();
    for (int i = 1; i < Sessions.MOST; i++) {
      sessions.begin("key " + i);
    }

    assertThat(sessions.use(second)).isEmpty();
    assertThat(sessions.use(first)).isPresent();
  }
}
