package io.pairstream.image.worker;

import io.pairstream.image.worker.FileParts.Part;
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
    int taken = 0;
    for (Part part : FileParts.of(file)) {
      if (ANIMATION.contains(part.name())) {
        still.write(file, taken, part.start() - 8 - taken);
        taken = part.end() + 4; // the checksum
      }
    }
    still.write(file, taken, file.length - taken);
    return still.toByteArray();
  }
}
