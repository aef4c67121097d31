package io.pairstream.image.worker;

import io.pairstream.cleaning.image.ImageType;
import io.pairstream.image.worker.FileParts.Part;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.Set;

/** What OpenCV does not see, or sees too much of, in a PNG. */
final class PngChunks {

  private static final Set<String> ANIMATION = Set.of("acTL", "fcTL", "fdAT");
  private static final int DEPTH = 24;
  private static final int COLOUR_TYPE = 25;

  private PngChunks() {}

  /**
   * An animated PNG without its animation: what is left is the picture that viewers without
   * animation show (W3C PNG, third edition, 4.9). It need not be one of the frames.
   */
  static byte[] withoutAnimation(byte[] file) {
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

  /**
   * The one grey level that a greyscale PNG may declare transparent in a tRNS chunk (W3C PNG,
   * 11.3.2.1), as it is decoded: up to 8 bits are unfolded to 0 to 255, 16 stay as they are.
   */
  static OptionalInt clearGrey(byte[] file) {
    if (file.length <= COLOUR_TYPE
        || ImageType.of(file).filter(type -> type == ImageType.PNG).isEmpty()
        || file[COLOUR_TYPE] != 0) {
      return OptionalInt.empty();
    }
    int highest = (1 << file[DEPTH]) - 1;
    for (Part part : FileParts.of(file)) {
      if (part.name().equals("tRNS") && part.length() == 2) {
        int level = ByteBuffer.wrap(file).getShort(part.start()) & highest;
        return OptionalInt.of(highest > 255 ? level : level * 255 / highest);
      }
      if (part.name().equals("IDAT")) { // the chunk must come before the pixels
        break;
      }
    }
    return OptionalInt.empty();
  }
}
