package io.pairstream.operations.audit;

import io.pairstream.schemas.Sha256;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** The first 128 bits of a digest. */
record Digest(long high, long low) {

  static final int BYTES = 16;

  /** Stands for what has no digest. */
  static final Digest NONE = new Digest(0, 0);

  private static final int HEX_DIGITS = 32;

  /** Whether a text begins with 32 lower-case hex digits. */
  static boolean isHex(String text) {
    return text.length() >= HEX_DIGITS
        && text.chars()
            .limit(HEX_DIGITS)
            .allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }

  /** What a text's first 32 hex digits say; of any other text its own SHA-256. */
  static Digest of(String text) {
    return isHex(text)
        ? new Digest(
            HexFormat.fromHexDigitsToLong(text, 0, HEX_DIGITS / 2),
            HexFormat.fromHexDigitsToLong(text, HEX_DIGITS / 2, HEX_DIGITS))
        : ofContent(text);
  }

  /** First bits of a text's SHA-256, in UTF-8. */
  static Digest ofContent(String text) {
    return read(ByteBuffer.wrap(Sha256.of(text)));
  }

  static Digest read(ByteBuffer from) {
    return new Digest(from.getLong(), from.getLong());
  }

  void write(ByteBuffer to) {
    to.putLong(high).putLong(low);
  }

  /** 32 lower-case hex digits. */
  String hex() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}
