package io.pairstream.service.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.ApiKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTextTest {

  private static final String ID = "0123456789abcdef";
  private static final String SECRET =
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private final ApiKeyText key = ApiKeyText.random(new SecureRandom());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "psk_",
        "psk__",
        "psk_" + ID + "_",
        "psk_" + ID + "_" + "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
        "psk_" + ID + "_" + SECRET + "0",
        "psk_" + ID + "_" + SECRET + "\n",
        "sk_" + ID + "_" + SECRET + "0",
        " psk_" + ID + "_" + SECRET,
        "psk_" + ID + "-" + SECRET,
      })
  void anythingElseIsNoKey(String text) {
    assertThat(ApiKeyText.parse(text)).isEmpty();
  }

  @Test
  void onlyTheKeyItselfOpens() {
    IssuedKey issued = issued(key, Instant.EPOCH);
    ApiKeyText otherSecret = ApiKeyText.parse("psk_" + key.keyId() + "_" + SECRET).orElseThrow();

    assertThat(issued.isOpenedBy(key)).isTrue();
    assertThat(issued.isOpenedBy(otherSecret)).isFalse();
  }

  @Test
  void recordIsReadAsItWasWritten() {
    IssuedKey revoked = issued(key, Instant.EPOCH).revoked(NOW);

    assertThat(IssuedKey.of(revoked.record())).isEqualTo(revoked);
    assertThat(revoked.expiresAt()).isEqualTo(Instant.MAX);
  }

  @Test
  void keyIsRefusedFromTheVeryMomentAtWhichItExpires() {
    IssuedKey expiring = issued(key, NOW);

    assertThat(expiring.stateAt(NOW.minusMillis(1))).isEqualTo(IssuedKey.State.LIVE);
    assertThat(expiring.stateAt(NOW)).isEqualTo(IssuedKey.State.EXPIRED);
    assertThat(expiring.revoked(NOW).stateAt(NOW.minusMillis(1)))
        .isEqualTo(IssuedKey.State.REVOKED);
  }

  private static IssuedKey issued(ApiKeyText text, Instant expiresAt) {
    return IssuedKey.of(
        ApiKey.newBuilder()
            .setKeyId(text.keyId())
            .setSecretDigest(text.secretDigest())
            .setScopes(List.of("publish", "read"))
            .setRecordsPerSecond(5)
            .setExpiresAt(expiresAt)
            .build());
  }
}
