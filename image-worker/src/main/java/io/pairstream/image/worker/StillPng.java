package io.pairstream.image.worker;

import java.io.ByteArrayOutputStream;
import java.util.Set;

/**
 * An animated PNG without its animation: what is left is the picture that viewers without animation
 * show (W3C PNG, third edition, 4.9). It need not be one of the frames.
 */
final class StillPng {

  private static final Set<String> ANIMATION = Set.of("acTL", "fcTL", "fdAT");

  private StillPng() {}

  /** The file without the chunks of its animation; what is no chunk stays as it is. */
  static byte[] of(byte[] file) {
    ByteArrayOutputStream still = new ByteArrayOutputStream(file.length);
    int[] taken = {0};
    FileParts.walk(
        file,
        (name, start, end) -> {
          if (ANIMATION.contains(name)) {
            still.write(file, taken[0], start - 8 - taken[0]);
            taken[0] = end + 4; // the checksum
          }
          return true;
        });
    still.write(file, taken[0], file.length - taken[0]);
    return still.toByteArray();
  }
}
