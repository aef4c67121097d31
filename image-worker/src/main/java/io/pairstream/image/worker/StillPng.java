package io.pairstream.image.worker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * An animated PNG without its animation: what is left is the picture that viewers without animation
 * show (W3C PNG, third edition, 4.9). It need not be one of the frames.
 */
final class StillPng {

  private static final int FIRST_CHUNK = 8;
  private static final Set<String> ANIMATION = Set.of("acTL", "fcTL", "fdAT");

  private StillPng() {}

  /** The file without the chunks of its animation; what is no chunk stays as it is. */
  static byte[] of(byte[] file) {
    ByteBuffer source = ByteBuffer.wrap(file);
    ByteBuffer still = ByteBuffer.allocate(file.length).put(file, 0, FIRST_CHUNK);
    int at = FIRST_CHUNK;
    while (at + 12 <= file.length) {
      int length = source.getInt(at);
      if (length < 0 || length > file.length - at - 12) {
        break;
      }
      String name = new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
      if (!ANIMATION.contains(name)) {
        still.put(file, at, 12 + length);
      }
      at += 12 + length;
    }
    still.put(file, at, file.length - at);
    byte[] bytes = new byte[still.position()];
    still.get(0, bytes);
    return bytes;
  }
}
