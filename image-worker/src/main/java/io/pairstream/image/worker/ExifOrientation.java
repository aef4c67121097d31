package io.pairstream.image.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

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
  private static final String JPEG_PREFIX = "Exif\0\0";

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
    ByteBuffer bytes = ByteBuffer.wrap(file);
    if (isText(bytes, 0, "\u00ff\u00d8")) {
      return ofJpeg(bytes);
    }
    if (isText(bytes, 0, "\u0089PNG")) {
      return ofPng(bytes);
    }
    return isText(bytes, 0, "RIFF") ? ofWebp(bytes) : NORMAL;
  }

  private static ExifOrientation ofJpeg(ByteBuffer file) {
    int at = 2;
    while (at + 4 <= file.limit()) {
      if (file.get(at) != (byte) 0xFF || file.get(at + 1) == (byte) 0xFF) {
        at++; // the decoder skips padding and strays between segments, too
        continue;
      }
      int marker = file.get(at + 1) & 0xFF;
      if (marker == 0xDA || marker == 0xD9) {
        break;
      }
      if (marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= 0xD7)) {
        at += 2;
        continue;
      }
      int end = at + 2 + (file.getShort(at + 2) & 0xFFFF);
      if (marker == 0xE1 && isText(file, at + 4, JPEG_PREFIX)) {
        return ofBlock(file, at + 4 + JPEG_PREFIX.length(), end);
      }
      at = end;
    }
    return NORMAL;
  }

  private static ExifOrientation ofPng(ByteBuffer file) {
    int at = 8;
    while (at + 12 <= file.limit()) {
      int length = file.getInt(at);
      if (length < 0 || length > file.limit() - at - 12) {
        break;
      }
      if (isText(file, at + 4, "eXIf")) {
        return ofBlock(file, at + 8, at + 8 + length);
      }
      at += 12 + length;
    }
    return NORMAL;
  }

  private static ExifOrientation ofWebp(ByteBuffer file) {
    ByteBuffer little = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int at = 12;
    while (at + 8 <= little.limit()) {
      int length = little.getInt(at + 4);
      if (length < 0 || length > little.limit() - at - 8) {
        break;
      }
      if (isText(file, at, "EXIF")) {
        int start = at + 8;
        // Some writers keep the prefix that only a JPEG needs.
        boolean prefixed = isText(file, start, JPEG_PREFIX);
        return ofBlock(file, prefixed ? start + JPEG_PREFIX.length() : start, at + 8 + length);
      }
      at += 8 + length + (length & 1);
    }
    return NORMAL;
  }

  /** Reads a TIFF block that lies between {@code start} and {@code end}. */
  private static ExifOrientation ofBlock(ByteBuffer file, int start, int end) {
    if (end > file.limit() || end - start < 8) {
      return NORMAL;
    }
    ByteBuffer block = file.slice(start, end - start);
    if (isText(block, 0, "II")) {
      block.order(ByteOrder.LITTLE_ENDIAN);
    } else if (!isText(block, 0, "MM")) {
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

  private static boolean isText(ByteBuffer bytes, int at, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
    if (at > bytes.limit() - wanted.length) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (bytes.get(at + i) != wanted[i]) {
        return false;
      }
    }
    return true;
  }
}
