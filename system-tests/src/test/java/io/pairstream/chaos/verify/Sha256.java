package io.pairstream.chaos.verify;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, of which the first 64 bits are enough to tell a million records apart. */
final class Sha256 {

  private Sha256() {}

  static MessageDigest fresh() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static long first64(byte[] digest) {
    return ByteBuffer.wrap(digest).getLong();
  }

  static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }
}
