package io.pairstream.image.worker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * The one grey level that a greyscale PNG may declare transparent in a tRNS chunk (W3C PNG,
 * 11.3.2.1). OpenCV looks at that chunk for palettes and colours only.
 */
final class ClearGrey {

  private static final int FIRST_CHUNK = 8;
  private static final int DEPTH = 24;
  private static final int COLOUR_TYPE = 25;

  private ClearGrey() {}

  /**
   * The level as it is decoded; nothing where the file declares none. Up to 8 bits are unfolded to
   * 0 to 255, 16 stay as they are.
   */
  static OptionalInt of(byte[] file) {
    if (file.length <= COLOUR_TYPE || file[1] != 'P' || file[COLOUR_TYPE] != 0) {
      return OptionalInt.empty();
    }
    ByteBuffer bytes = ByteBuffer.wrap(file);
    int at = FIRST_CHUNK;
    while (at + 12 <= file.length) {
      int length = bytes.getInt(at);
      if (length < 0 || length > file.length - at - 12) {
        break;
      }
      String type = new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
      if (type.equals("tRNS") && length == 2) {
        int highest = (1 << file[DEPTH]) - 1;
        int level = bytes.getShort(at + 8) & highest;
        return OptionalInt.of(highest > 255 ? level : level * 255 / highest);
      }
      if (type.equals("IDAT")) {
        break; // the chunk must come before the pixels
      }
      at += 12 + length;
    }
    return OptionalInt.empty();
  }
}
