package io.pairstream.cleaning.image;

import static io.pairstream.cleaning.image.HeaderBytes.check;
import static io.pairstream.cleaning.image.HeaderBytes.checkSize;

import io.pairstream.cleaning.image.HeaderBytes.DamagedException;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;

/**
 * Declarations of a WebP file, read by walking its RIFF chunks (RFC 9649).
 *
 * <p>The size is the larger of the canvas and of every frame in it, whichever the decoder follows.
 *
 * <p>Rejects: {@code IMAGE_HEADER_DAMAGED}.
 */
final class WebpHeader {

  private static final int RIFF_HEADER_BYTES = 12;
  private static final int ANIMATION_FLAG = 0x02;

  private WebpHeader() {}

  static ProbedImage read(EncodedImage image) {
    HeaderBytes file = new HeaderBytes(image.bytes()).littleEndian();
    long declaredEnd = 8 + file.u32(4);
    if (declaredEnd > file.length()) {
      throw new DamagedException(
          "the file is cut off: it has " + file.length() + " bytes and declares " + declaredEnd);
    }
    int end = (int) declaredEnd;
    int at = RIFF_HEADER_BYTES;
    int width = 0;
    int height = 0;
    boolean pixels = false;
    boolean animated = false;
    int frames = 0;
    while (at < end) {
      check(at + 8 <= end, "its last chunk is cut off");
      String type = file.text(at, 4);
      long length = file.u32(at + 4);
      int data = at + 8;
      check(length <= end - data, "a chunk is longer than the file");
      int frameWidth = 0;
      int frameHeight = 0;
      switch (type) {
        case "VP8 " -> {
          boolean valid =
              length >= 10 && (file.u8(data) & 1) == 0 && file.isText(data + 3, "\u009d\u0001*");
          check(valid, "its lossy frame has no valid header");
          frameWidth = file.u16(data + 6) & 0x3FFF;
          frameHeight = file.u16(data + 8) & 0x3FFF;
          checkSize(frameWidth, frameHeight);
          pixels = true;
        }
        case "VP8L" -> {
          boolean valid = length >= 5 && file.u8(data) == 0x2F;
          check(valid, "its lossless frame has no valid header");
          long packed = file.u32(data + 1);
          frameWidth = (int) (packed & 0x3FFF) + 1;
          frameHeight = (int) (packed >> 14 & 0x3FFF) + 1;
          pixels = true;
        }
        case "VP8X" -> {
          check(length >= 10, "its VP8X chunk is too short");
          animated |= (file.u8(data) & ANIMATION_FLAG) != 0;
          frameWidth = file.u24LittleEndian(data + 4) + 1;
          frameHeight = file.u24LittleEndian(data + 7) + 1;
        }
        case "ANMF" -> {
          check(length >= 16, "its ANMF chunk is too short");
          animated = true;
          frames++;
          frameWidth = 2 * file.u24LittleEndian(data) + file.u24LittleEndian(data + 6) + 1;
          frameHeight = 2 * file.u24LittleEndian(data + 3) + file.u24LittleEndian(data + 9) + 1;
          pixels = true;
        }
        case "ANIM" -> animated = true;
        default -> {}
      }
      width = Math.max(width, frameWidth);
      height = Math.max(height, frameHeight);
      at = data + (int) Math.min(length + (length & 1), end - data);
    }
    check(pixels, "it holds no pixels");
    return new ProbedImage(
        image, ImageType.WEBP, width, height, 8, ColourModel.RGB, animated && frames != 1);
  }
}
