package io.pairstream.cleaning.image;

import static io.pairstream.cleaning.image.HeaderBytes.check;
import static io.pairstream.cleaning.image.HeaderBytes.checkSize;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.HeaderBytes.DamagedException;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Declarations of a PNG file, read by walking its chunks to IEND and checking each CRC (W3C PNG,
 * 5). Of what is compressed, only what describes the picture is unfolded, to see how much it comes
 * to. A file that ends behind a chunk of pixels, without IEND, gets one: decoders then say
 * themselves whether a pixel is missing.
 *
 * <p>Rejects: {@code IMAGE_HEADER_DAMAGED}, {@code IMAGE_METADATA_TOO_LARGE}.
 */
final class PngHeader {

  static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";

  /** An empty IEND chunk: length, name and CRC. */
  private static final byte[] IEND = HexFormat.of().parseHex("0000000049454e44ae426082");

  private PngHeader() {}

  static Outcome<ProbedImage> read(EncodedImage image) {
    HeaderBytes file = new HeaderBytes(image.bytes());
    int at = SIGNATURE.length();
    check(
        file.isText(0, SIGNATURE),
        "its signature was changed on the way, as by a transfer in text mode");
    boolean begins = file.has(at, 8 + 13) && file.u32(at) == 13 && file.isText(at + 4, "IHDR");
    check(begins, "it does not begin with an IHDR chunk");
    int header = at + 8;
    boolean palette = false;
    boolean pixels = false;
    boolean counted = false;
    int frames = 0;
    int framesBefore = 0;
    boolean ended = false;
    PngMetadata metadata = new PngMetadata(image.bytes());
    while (!ended && !(pixels && at == file.length())) {
      check(file.has(at, 8), "the file is cut off: it has no IEND chunk");
      int length = (int) Math.min(file.u32(at), Integer.MAX_VALUE);
      String type = file.text(at + 4, 4);
      check(isName(type), "a chunk has no valid name");
      if (!file.has(at, 12L + length)) {
        throw new DamagedException("the file is cut off inside its " + type + " chunk");
      }
      CRC32 crc = new CRC32();
      crc.update(image.bytes(), at + 4, 4 + length);
      if (crc.getValue() != file.u32(at + 8 + length)) {
        throw new DamagedException("the CRC of its " + type + " chunk is wrong");
      }
      switch (type) {
        case "IEND" -> ended = true;
        case "IHDR" -> check(at + 8 == header, "it has two IHDR chunks");
        case "PLTE" -> palette = true;
        case "IDAT" -> pixels = true;
        case "acTL" -> counted = true;
        case "fcTL" -> {
          frames++;
          framesBefore += pixels ? 0 : 1;
        }
        case "zTXt", "iTXt", "iCCP" -> {
          if (!metadata.unfolds(type, at + 8, length)) {
            return Outcome.rejected(
                RejectReason.IMAGE_METADATA_TOO_LARGE,
                ("PNG: the texts and the colour profile in it unfold to more than %s bytes, each "
                        + "counted as %s at least")
                    .formatted(PngMetadata.MAX_BYTES, PngMetadata.LEAST_BYTES),
                Measured.atMost(
                    "metadata_bytes", PngMetadata.MAX_BYTES, PngMetadata.MAX_BYTES, "bytes"));
          }
        }
        default -> {}
      }
      at += 12 + length;
    }
    check(pixels, "it holds no pixels");
    // The one frame before the pixels is the picture itself.
    boolean animated = counted && (frames > 1 || frames > framesBefore);
    return Outcome.kept(declared(ended ? image : withEnd(image), file, header, palette, animated));
  }

  private static ProbedImage declared(
      EncodedImage image, HeaderBytes file, int header, boolean palette, boolean animated) {
    long width = file.u32(header);
    long height = file.u32(header + 4);
    checkSize(width, height);
    int depth = file.u8(header + 8);
    int colourType = file.u8(header + 9);
    if (!isAllowed(colourType, depth)) {
      throw new DamagedException(
          "it declares colour type " + colourType + " with " + depth + " bits");
    }
    boolean known =
        file.u8(header + 10) == 0 && file.u8(header + 11) == 0 && file.u8(header + 12) <= 1;
    check(known, "it declares an unknown compression, filter or interlace method");
    check(colourType != 3 || palette, "its palette is missing");
    ColourModel colour =
        switch (colourType) {
          case 0, 4 -> ColourModel.GREY;
          case 3 -> ColourModel.PALETTE;
          default -> ColourModel.RGB;
        };
    int channels = colourType == 0 ? 1 : colourType == 2 ? 3 : 4;
    return new ProbedImage(
        image,
        ImageType.PNG,
        (int) width,
        (int) height,
        depth,
        colour,
        animated,
        1,
        depth == 16 ? 2 * channels : channels);
  }

  private static EncodedImage withEnd(EncodedImage image) {
    byte[] whole = Arrays.copyOf(image.bytes(), image.size() + IEND.length);
    System.arraycopy(IEND, 0, whole, image.size(), IEND.length);
    return new EncodedImage(whole);
  }

  /** Whether the depth is allowed for the colour type: table 11.1 of the specification. */
  private static boolean isAllowed(int colourType, int depth) {
    boolean small = depth == 1 || depth == 2 || depth == 4;
    return switch (colourType) {
      case 0 -> small || depth == 8 || depth == 16;
      case 3 -> small || depth == 8;
      case 2, 4, 6 -> depth == 8 || depth == 16;
      default -> false;
    };
  }

  private static boolean isName(String type) {
    return type.chars().allMatch(c -> (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
  }

  /**
   * How much the compressed texts and the colour profile of one PNG unfold to (W3C PNG, 11.3.3).
   *
   * <p>A chunk of a few hundred bytes may unfold to gigabytes in a decoder that keeps all it finds.
   * What is damaged counts as far as it unfolds: decoders pass over it. Each counts as a kilobyte
   * at least, for a file has room for half a million of them.
   */
  static final class PngMetadata {

    /** More than any colour profile in use; unfolds within milliseconds. */
    static final int MAX_BYTES = 4 * 1024 * 1024;

    /** Size that a chunk counts as at least. With it no file has more than 4,096 of them. */
    static final int LEAST_BYTES = 1024;

    private final byte[] file;
    private final byte[] buffer = new byte[16 * 1024];
    private int left = MAX_BYTES;

    PngMetadata(byte[] file) {
      this.file = file;
    }

    /** Whether this chunk, together with those before it, stays within the limit. */
    boolean unfolds(String type, int start, int length) {
      int end = start + length;
      int at = afterZero(start, end);
      if (type.equals("iTXt")) {
        boolean compressed = at < end && file[at] == 1;
        if (!compressed) {
          return true;
        }
        at = afterZero(afterZero(at + 2, end), end);
      } else {
        at++; // the method, of which there is one
      }
      return at >= end || unfolds(at, end);
    }

    private boolean unfolds(int start, int end) {
      int leftAfterwards = left - LEAST_BYTES;
      Inflater inflater = new Inflater();
      try {
        inflater.setInput(file, start, end - start);
        while (left >= 0 && !inflater.finished()) {
          int unfolded = inflater.inflate(buffer);
          if (unfolded == 0) {
            break; // cut off, or in need of a dictionary
          }
          left -= unfolded;
        }
      } catch (DataFormatException e) {
        // Damaged from here on.
      } finally {
        inflater.end();
      }
      left = Math.min(left, leftAfterwards);
      return left >= 0;
    }

    private int afterZero(int start, int end) {
      int at = start;
      while (at < end && file[at] != 0) {
        at++;
      }
      return at + 1;
    }
  }
}
