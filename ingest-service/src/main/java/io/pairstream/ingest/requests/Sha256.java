package io.pairstream.ingest.requests;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, which every Java platform has. */
final class Sha256 {

  private Sha256() {}

  static MessageDigest begin() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static byte[] of(byte[]... parts) {
    MessageDigest sha256 = begin();
    for (byte[] part : parts) {
      sha256.update(part);
    }
    return sha256.digest();
  }
}
