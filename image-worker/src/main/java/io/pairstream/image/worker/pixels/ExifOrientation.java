package io.pairstream.image.worker.pixels;

import io.pairstream.image.worker.pixels.FileParts.Part;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a camera was held: the Orientation tag (0x0112) in the first directory of an image's EXIF
 * block (CIPA DC-008, 4.6.4).
 *
 * <p>Found in a JPEG's APP1 segment, a PNG's eXIf chunk and a WebP's EXIF chunk. Follows no offset
 * but the one to the first directory, so a hostile block costs one pass over its entries.
 */
enum ExifOrientation {
  NORMAL(false, false, false),
  MIRRORED(false, true, false),
  UPSIDE_DOWN(false, true, true),
  FLIPPED(false, false, true),
  TRANSPOSED(true, false, false),
  CLOCKWISE(true, true, false),
  TRANSVERSE(true, true, true),
  COUNTERCLOCKWISE(true, false, true);

  private static final int TAG = 0x0112;
  private static final int TYPE_SHORT = 3;
  private static final String JPEG_SEGMENT = "E1";
  private static final String JPEG_PREFIX = "Exif\0\0";

  /** PNG's name of the chunk; WebP's is EXIF. */
  private static final String PNG_CHUNK = "eXIf";

  private final boolean swapsSides;
  private final boolean mirrorsX;
  private final boolean mirrorsY;

  ExifOrientation(boolean swapsSides, boolean mirrorsX, boolean mirrorsY) {
    this.swapsSides = swapsSides;
    this.mirrorsX = mirrorsX;
    this.mirrorsY = mirrorsY;
  }

  /** Whether the stored rows are columns of the upright picture; happens before any mirroring. */
  boolean swapsSides() {
    return swapsSides;
  }

  /** Whether the upright picture runs from right to left. */
  boolean mirrorsX() {
    return mirrorsX;
  }

  /** Whether the upright picture runs from bottom to top. */
  boolean mirrorsY() {
    return mirrorsY;
  }

  /** The orientation that a file declares; {@link #NORMAL} where it declares none or nonsense. */
  static ExifOrientation of(byte[] file) {
    for (Part part : FileParts.of(file)) {
      // Some writers of WebP keep the prefix that only a JPEG needs.
      boolean prefixed =
          !part.name().equals(PNG_CHUNK) && FileParts.isText(file, part.start(), JPEG_PREFIX);
      boolean wanted =
          part.name().equals(JPEG_SEGMENT) ? prefixed : part.name().equalsIgnoreCase(PNG_CHUNK);
      if (wanted) {
        int block = prefixed ? part.start() + JPEG_PREFIX.length() : part.start();
        return ofBlock(ByteBuffer.wrap(file), block, part.end());
      }
    }
    return NORMAL;
  }

  private static ExifOrientation ofBlock(ByteBuffer file, int start, int end) {
    if (end > file.limit() || end - start < 8) {
      return NORMAL;
    }
    ByteBuffer block = file.slice(start, end - start);
    if (block.getShort(0) == 0x4949) {
      block.order(ByteOrder.LITTLE_ENDIAN);
    } else if (block.getShort(0) != 0x4D4D) {
      return NORMAL;
    }
    long directory = block.getInt(4) & 0xFFFFFFFFL;
    if (directory + 2 > block.limit()) {
      return NORMAL;
    }
    int entries = block.getShort((int) directory) & 0xFFFF;
    for (int i = 0; i < entries; i++) {
      int entry = (int) directory + 2 + 12 * i;
      if (entry + 12 > block.limit()) {
        break;
      }
      if ((block.getShort(entry) & 0xFFFF) == TAG) {
        int value = block.getShort(entry + 8);
        boolean valid = block.getShort(entry + 2) == TYPE_SHORT && value >= 1 && value <= 8;
        return valid ? values()[value - 1] : NORMAL;
      }
    }
    return NORMAL;
  }
}
