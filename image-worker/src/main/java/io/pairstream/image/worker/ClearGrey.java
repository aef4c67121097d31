package io.pairstream.image.worker;

import io.pairstream.cleaning.image.ImageType;
import io.pairstream.image.worker.FileParts.Part;
import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * The one grey level that a greyscale PNG may declare transparent in a tRNS chunk (W3C PNG,
 * 11.3.2.1). OpenCV looks at that chunk for palettes and colours only.
 */
final class ClearGrey {

  private static final int DEPTH = 24;
  private static final int COLOUR_TYPE = 25;

  private ClearGrey() {}

  /**
   * The level as it is decoded; nothing where the file declares none. Up to 8 bits are unfolded to
   * 0 to 255, 16 stay as they are.
   */
  static OptionalInt of(byte[] file) {
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
