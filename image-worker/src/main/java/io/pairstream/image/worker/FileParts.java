package io.pairstream.image.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The parts of a file: the segments of a JPEG before its pixels, and the chunks of a PNG or a WebP.
 * One pass over the file; a part that does not fit into it is the end.
 */
final class FileParts {

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private FileParts() {}

  /** Takes parts in their order. */
  @FunctionalInterface
  interface Taker {

    /**
     * Takes one.
     *
     * @param name the chunk's four letters; of a JPEG the marker, as two hexadecimal digits
     * @param start of its content
     * @param end behind its content
     * @return whether further parts are wanted
     */
    boolean take(String name, int start, int end);
  }

  static void walk(byte[] file, Taker taker) {
    switch (FileKind.of(file)) {
      case JPEG -> walkJpeg(ByteBuffer.wrap(file), taker);
      case PNG -> {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        int at = 8;
        while (at + 12 <= file.length) {
          int length = bytes.getInt(at);
          boolean fits = length >= 0 && length <= file.length - at - 12;
          if (!fits || !taker.take(name(file, at + 4), at + 8, at + 8 + length)) {
            return;
          }
          at += 12 + length;
        }
      }
      case WEBP -> {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int at = 12;
        while (at + 8 <= file.length) {
          int length = bytes.getInt(at + 4);
          boolean fits = length >= 0 && length <= file.length - at - 8;
          if (!fits || !taker.take(name(file, at), at + 8, at + 8 + length)) {
            return;
          }
          at += 8 + length + (length & 1);
        }
      }
      case GIF, OTHER -> {}
    }
  }

  private static void walkJpeg(ByteBuffer file, Taker taker) {
    int at = 2;
    while (at + 4 <= file.limit()) {
      if (file.get(at) != (byte) 0xFF || file.get(at + 1) == (byte) 0xFF) {
        at++; // the decoder skips padding and strays between segments, too
        continue;
      }
      int marker = file.get(at + 1) & 0xFF;
      if (marker == 0xDA || marker == 0xD9) {
        return;
      }
      if (marker <= 1 || (marker >= 0xD0 && marker <= 0xD8)) {
        at += 2;
        continue;
      }
      int end = Math.max(at + 4, at + 2 + (file.getShort(at + 2) & 0xFFFF));
      if (end > file.limit() || !taker.take(HEX.toHexDigits((byte) marker), at + 4, end)) {
        return;
      }
      at = end;
    }
  }

  /** Whether a text stands at a place of a file. */
  static boolean isText(byte[] file, int at, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
    return at + wanted.length <= file.length
        && Arrays.equals(file, at, at + wanted.length, wanted, 0, wanted.length);
  }

  private static String name(byte[] file, int at) {
    return new String(file, at, 4, StandardCharsets.ISO_8859_1);
  }
}
