package io.pairstream.service.keys;

import io.pairstream.schemas.Sha256;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An API key as its owner holds it: {@code psk_<key id>_<secret>}.
 *
 * <p>The prefix lets a scanner of repositories find a key that was committed by mistake. The secret
 * has 256 random bits, so its plain SHA-256 is as good as any slow digest: there is nothing to
 * guess. {@link #toString} leaves the secret out.
 */
public final class ApiKeyText {

  /** Characters of a key: the prefix, 16 hex digits of id and 64 of secret. */
  public static final int LENGTH = 4 + 16 + 1 + 64;

  private static final int KEY_ID_BYTES = 8;
  private static final int SECRET_BYTES = 32;
  private static final Pattern KEY = Pattern.compile("psk_([0-9a-f]{16})_([0-9a-f]{64})");
  private static final HexFormat HEX = HexFormat.of();

  private final String keyId;
  private final String secret;

  private ApiKeyText(String keyId, String secret) {
    this.keyId = keyId;
    this.secret = secret;
  }

  /** A new key. */
  static ApiKeyText random(SecureRandom random) {
    return new ApiKeyText(randomHex(random, KEY_ID_BYTES), randomHex(random, SECRET_BYTES));
  }

  /** The key that a text is; empty where it is none. */
  public static Optional<ApiKeyText> parse(String text) {
    if (text.length() != LENGTH) {
      return Optional.empty();
    }
    Matcher matcher = KEY.matcher(text);
    return matcher.matches()
        ? Optional.of(new ApiKeyText(matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }

  /** The part that is no secret: 16 lower-case hex digits. */
  public String keyId() {
    return keyId;
  }

  /** Lower-case hex SHA-256 of the secret's hex digits in ASCII. */
  public String secretDigest() {
    return HEX.formatHex(Sha256.of(secret));
  }

  /** The whole key, to hand to its owner only. */
  public String reveal() {
    return "psk_" + keyId + "_" + secret;
  }

  @Override
  public String toString() {
    return "psk_" + keyId + "_(secret)";
  }

  private static String randomHex(SecureRandom random, int bytes) {
    byte[] drawn = new byte[bytes];
    random.nextBytes(drawn);
    return HEX.formatHex(drawn);
  }
}
