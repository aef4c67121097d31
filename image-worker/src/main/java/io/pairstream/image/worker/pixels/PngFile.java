package io.pairstream.image.worker.pixels;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.image.worker.pixels.FileParts.Part;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Removes and checks parts of a PNG that OpenCV decodes wrongly or does not check. */
final class PngFile {

  /** Chunks to remove: OpenCV would animate, and refuses a picture for the background's colour. */
  private static final Set<String> NOT_THE_PICTURE = Set.of("acTL", "fcTL", "fdAT", "bKGD");

  private static final int DEPTH = 24;
  private static final int COLOUR_TYPE = 25;

  /** A surplus that libpng drops in half a second. */
  static final long BEARABLE_BYTES = 256L << 20;

  /**
   * Most bytes that one compressed byte unpacks to: <a href="https://zlib.net/zlib_tech.html">zlib,
   * Maximum Compression Factor</a>.
   */
  private static final int MOST_PER_BYTE = 1032;

  private static final int HEADER_END = 33;

  private PngFile() {}

  /**
   * A PNG without its animation and background, or the same where it has none: what is left is the
   * picture that viewers without animation show (W3C PNG, third edition, 4.9). It need not be one
   * of the frames.
   */
  static byte[] still(byte[] file) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(0);
    int taken = 0;
    for (Part part : FileParts.of(file)) {
      if (NOT_THE_PICTURE.contains(part.name())) {
        out.write(file, taken, part.start() - 8 - taken);
        taken = part.end() + 4; // the checksum
      }
    }
    if (taken == 0) {
      return file;
    }
    out.write(file, taken, file.length - taken);
    return out.toByteArray();
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

  /**
   * The file, unless its pixel data costs much more than its pixels do.
   *
   * <p>The data may unfold to more than the pixels (W3C PNG, 10). libpng unfolds what comes behind
   * the last row as well, only to drop it and to complain: a megabyte may hold a gigabyte. Counting
   * costs a good picture a third more processor time, so it is left out where the surplus cannot
   * exceed {@link #BEARABLE_BYTES}.
   */
  static Outcome<byte[]> bearable(byte[] file) {
    if (file.length < HEADER_END) {
      return Outcome.kept(file);
    }
    ByteBuffer bytes = ByteBuffer.wrap(file);
    long most = mostBytes(bytes);
    if ((long) file.length * MOST_PER_BYTE <= most + BEARABLE_BYTES
        || unfolded(file, most) <= most) {
      return Outcome.kept(file);
    }
    return Outcome.rejected(
        RejectReason.IMAGE_DAMAGED,
        "its pixel data unfolds to more than the "
            + most
            + " bytes that a picture of its size takes at most",
        Measured.atMost("decoded_bytes", most, most, "bytes"));
  }

  /**
   * Upper bound of the unpacked pixels: the bits of all pixels, and four bytes for each row. A row
   * has a byte that names its filter and up to seven bits of padding, and an interlaced picture has
   * less than two rows for each, and seven.
   */
  private static long mostBytes(ByteBuffer file) {
    int channels =
        switch (file.get(COLOUR_TYPE)) {
          case 2 -> 3;
          case 4 -> 2;
          case 6 -> 4;
          default -> 1;
        };
    long width = Integer.toUnsignedLong(file.getInt(16));
    long height = Integer.toUnsignedLong(file.getInt(20));
    return width * height * channels * file.get(DEPTH) / 8 + 4 * height + 16;
  }

  /**
   * Unpacked bytes of the pixel data. Stops counting just beyond {@code most}, and where the data
   * is damaged.
   */
  private static long unfolded(byte[] file, long most) {
    byte[] buffer = new byte[32 * 1024];
    long count = 0;
    Inflater inflater = new Inflater();
    try {
      for (Part part : FileParts.of(file)) {
        if (part.name().equals("IDAT")) {
          inflater.setInput(file, part.start(), part.length());
          int more = inflate(inflater, buffer);
          while (more > 0 && count <= most) {
            count += more;
            more = inflate(inflater, buffer);
          }
          if (more < 0 || count > most || inflater.finished()) {
            break;
          }
        }
      }
    } finally {
      inflater.end();
    }
    return count;
  }

  /** Unpacked bytes; negative where the data is damaged, which the decoder reports itself. */
  private static int inflate(Inflater inflater, byte[] buffer) {
    try {
      return inflater.inflate(buffer);
    } catch (DataFormatException e) {
      return -1;
    }
  }
}
