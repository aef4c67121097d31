package io.pairstream.operate.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.http.Principal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionsTest {

  private Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private final InstantSource source = () -> now;
  private final Clock clock = source.withZone(ZoneOffset.UTC);
  private final Sessions sessions = new Sessions(clock);

  private static Principal holder(String keyId) {
    return new Principal(keyId, keyId, Set.of());
  }

  @Test
  void namesAreLongAndNeverTheSame() {
    String first = sessions.begin(holder("a"));
    String second = sessions.begin(holder("a"));

    assertThat(first).matches("[0-9a-f]{64}").isNotEqualTo(second);
    assertThat(sessions.use(first)).contains(holder("a"));
    assertThat(sessions.use(first.toUpperCase(java.util.Locale.ROOT))).isEmpty();
    assertThat(sessions.use("0".repeat(64))).isEmpty();
    assertThat(sessions.use("")).isEmpty();
  }

  @Test
  void unusedSessionEndsAfterAnHour() {
    String name = sessions.begin(holder("a"));
    now = now.plus(Sessions.IDLE.minusMillis(1));
    assertThat(sessions.use(name)).isPresent();
    now = now.plus(Sessions.IDLE);

    assertThat(sessions.use(name)).isEmpty();
  }

  @Test
  void busySessionEndsAfterEightHours() {
    String name = sessions.begin(holder("a"));
    for (int halfHours = 0; halfHours < 15; halfHours++) {
      now = now.plus(Duration.ofMinutes(30));
      assertThat(sessions.use(name)).isPresent();
    }
    now = now.plus(Duration.ofMinutes(30));

    assertThat(sessions.use(name)).isEmpty();
  }

  @Test
  void endingOneKeysSessionsEndsNoOthers() {
    String others = sessions.begin(holder("a"));
    String first = sessions.begin(holder("b"));
    for (int i = 1; i < 6 * Sessions.MOST; i++) {
      sessions.begin(holder("b"));
    }
    String last = sessions.begin(holder("b"));

    assertThat(sessions.use(others)).contains(holder("a"));
    assertThat(sessions.use(first)).isEmpty();
    assertThat(sessions.use(last)).contains(holder("b"));
  }

  @Test
  void ofTooManyTheLongestIdleEnds() {
    String first = sessions.begin(holder("a"));
    String second = sessions.begin(holder("a"));
    assertThat(sessions.use(first)).isPresent();
    for (int i = 1; i < Sessions.MOST; i++) {
      sessions.begin(holder("key " + i));
    }

    assertThat(sessions.use(second)).isEmpty();
    assertThat(sessions.use(first)).isPresent();
  }
}
