package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.image.ImageType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The parts of a file in their order: the segments of a JPEG before its pixels, and the chunks of a
 * PNG or a WebP. One pass over the file; a part that does not fit into it is the end.
 */
final class FileParts {

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final ImageType type;
  private final ByteBuffer file;
  private int at;

  private FileParts(byte[] file) {
    type = ImageType.of(file).orElse(ImageType.GIF); // of which no part is ever read
    this.file =
        ByteBuffer.wrap(file)
            .order(type == ImageType.WEBP ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    at = type == ImageType.PNG ? 8 : type == ImageType.WEBP ? 12 : 2;
  }

  /** The file's parts, read lazily: no further than the caller iterates. */
  static Iterable<Part> of(byte[] file) {
    return () -> {
      FileParts parts = new FileParts(file);
      return Stream.iterate(parts.read(), Objects::nonNull, before -> parts.read()).iterator();
    };
  }

  /**
   * A part.
   *
   * @param name the chunk's four letters; of a JPEG the marker, as two hexadecimal digits
   * @param start of its content
   * @param end behind its content
   */
  record Part(String name, int start, int end) {
    int length() {
      return end - start;
    }
  }

  /** The next part; null at the end. */
  private Part read() {
    return switch (type) {
      case JPEG -> segment();
      case PNG -> chunk(at, at + 4, 4);
      case WEBP -> chunk(at + 4, at, 0);
      case GIF -> null;
    };
  }

  private Part chunk(int lengthAt, int nameAt, int checksumBytes) {
    int left = file.limit() - at - 8 - checksumBytes;
    int length = left < 0 ? -1 : file.getInt(lengthAt);
    if (length < 0 || length > left) {
      return null;
    }
    String name = new String(file.array(), nameAt, 4, StandardCharsets.ISO_8859_1);
    Part part = new Part(name, at + 8, at + 8 + length);
    at = part.end() + (type == ImageType.PNG ? checksumBytes : length & 1);
    return part;
  }

  private Part segment() {
    while (at + 4 <= file.limit()) {
      int marker = file.get(at + 1) & 0xFF;
      if (file.get(at) != (byte) 0xFF || marker == 0xFF) {
        at++; // the decoder skips padding and strays between segments, too
      } else if (marker == 0xDA || marker == 0xD9) {
        return null;
      } else if (marker <= 1 || (marker >= 0xD0 && marker <= 0xD8)) {
        at += 2;
      } else {
        int start = at + 4;
        at = Math.max(start, at + 2 + (file.getShort(at + 2) & 0xFFFF));
        return at > file.limit() ? null : new Part(HEX.toHexDigits((byte) marker), start, at);
      }
    }
    return null;
  }

  /** Whether a file has a text at a position. */
  static boolean isText(byte[] file, int at, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
    return at + wanted.length <= file.length
        && Arrays.equals(file, at, at + wanted.length, wanted, 0, wanted.length);
  }
}
