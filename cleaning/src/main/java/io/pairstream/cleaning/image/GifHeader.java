package io.pairstream.cleaning.image;

import static io.pairstream.cleaning.image.HeaderBytes.check;
import static io.pairstream.cleaning.image.HeaderBytes.checkSize;

import io.pairstream.cleaning.image.HeaderBytes.DamagedException;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;

/**
 * Declarations of a GIF file, read by walking its blocks (GIF89a specification).
 *
 * <p>The size is the larger of the logical screen and of every frame's extent on it.
 *
 * <p>Rejects: {@code IMAGE_HEADER_DAMAGED}.
 */
final class GifHeader {

  private static final int SCREEN_END = 13;
  private static final int EXTENSION = 0x21;
  private static final int FRAME = 0x2C;
  private static final int TRAILER = 0x3B;

  private GifHeader() {}

  static ProbedImage read(EncodedImage image) {
    HeaderBytes file = new HeaderBytes(image.bytes()).littleEndian();
    check(file.has(0, SCREEN_END), "the file is cut off inside its header");
    int width = file.u16(6);
    int height = file.u16(8);
    int at = SCREEN_END + colourTableBytes(file.u8(10));
    int frames = 0;
    while (frames == 0 || file.has(at, 1)) { // the trailer alone may be missing
      check(file.has(at, 1), "the file is cut off: it has no trailer");
      int block = file.u8(at);
      if (block == TRAILER) {
        break;
      }
      if (block == 0) {
        at++; // padding, which viewers skip
      } else if (block == EXTENSION) {
        at = afterSubBlocks(file, at + 2);
      } else if (block == FRAME) {
        check(file.has(at, 10), "the file is cut off inside a frame");
        width = Math.max(width, file.u16(at + 1) + file.u16(at + 5));
        height = Math.max(height, file.u16(at + 3) + file.u16(at + 7));
        frames++;
        at = afterSubBlocks(file, at + 10 + colourTableBytes(file.u8(at + 9)) + 1);
      } else {
        throw new DamagedException("a block has the unknown type " + block);
      }
      check(at >= 0, "the file is cut off inside a block");
    }
    check(frames > 0, "it holds no pixels");
    checkSize(width, height);
    return new ProbedImage(image, ImageType.GIF, width, height, 8, ColourModel.PALETTE, frames > 1);
  }

  /** Size of the colour table that the packed {@code flags} of a screen or a frame announce. */
  private static int colourTableBytes(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 0x07) + 1);
  }

  /** Position after the empty sub-block that ends a series, or -1 where the file ends before. */
  private static int afterSubBlocks(HeaderBytes file, int start) {
    int at = start;
    while (file.has(at, 1)) {
      int length = file.u8(at);
      at += 1 + length;
      if (length == 0) {
        return at;
      }
    }
    return -1;
  }
}
