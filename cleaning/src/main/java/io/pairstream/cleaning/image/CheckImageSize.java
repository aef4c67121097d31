package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.recipe.RecipeReader;

/**
 * Keeps images that are cheap enough to store and to decode.
 *
 * <p>Looks at the header alone, so that a small file that unfolds into a huge picture reaches no
 * decoder.
 *
 * <p>Rejects: {@code IMAGE_TOO_MANY_BYTES}, {@code IMAGE_TOO_MANY_PIXELS}, {@code
 * IMAGE_TOO_COSTLY}.
 */
public final class CheckImageSize implements Step<ProbedImage, ProbedImage> {

  /**
   * Most pixels times scans of a JPEG, each of which decoding goes over: 50 megapixels may have 20
   * scans, and encoders make about 10. See decision 0051 for what a scan takes.
   */
  static final long MAX_SCANNED_PIXELS = 1_000_000_000;

  /** Largest decoded picture, in bytes: 50 megapixels of four channels with 8 bits each. */
  static final long MAX_DECODED_BYTES = 200_000_000;

  private static final int MAX_BYTES = 8 * 1024 * 1024;
  private static final int MAX_PIXELS = 50_000_000;

  private final int maxBytes;
  private final int maxPixels;

  /** Keeps up to 8 MiB, which a record carries, and 50 million pixels, which decoders bear. */
  public CheckImageSize() {
    this(RecipeReader.parse("", ""));
  }

  /** Reads {@code image.max-bytes} of the file and {@code image.max-pixels}, width times height. */
  public CheckImageSize(RecipeReader recipe) {
    maxBytes = recipe.integer("image.max-bytes", MAX_BYTES, 1, MAX_BYTES);
    maxPixels = recipe.integer("image.max-pixels", MAX_PIXELS, 1, MAX_PIXELS);
  }

  @Override
  public String inWords() {
    return ("keeps files of at most %s bytes and %s pixels, which decode to at most %s bytes "
            + "and, in all scans together, go over at most %s pixels")
        .formatted(maxBytes, maxPixels, MAX_DECODED_BYTES, MAX_SCANNED_PIXELS);
  }

  @Override
  public Outcome<ProbedImage> apply(ProbedImage image) {
    int bytes = image.encoded().size();
    if (bytes > maxBytes) {
      return Outcome.rejected(
          RejectReason.IMAGE_TOO_MANY_BYTES,
          "the file has " + bytes + " bytes; at most " + maxBytes + " are allowed",
          Measured.atMost("original_bytes", bytes, maxBytes, "bytes"));
    }
    if (image.pixels() > maxPixels) {
      return Outcome.rejected(
          RejectReason.IMAGE_TOO_MANY_PIXELS,
          "the image is %s px, that is %s pixels; at most %s are allowed"
              .formatted(image.size(), image.pixels(), maxPixels),
          Measured.atMost("original_pixels", image.pixels(), maxPixels, "pixels"));
    }
    if (image.scannedPixels() > MAX_SCANNED_PIXELS) {
      return Outcome.rejected(
          RejectReason.IMAGE_TOO_COSTLY,
          "the image goes over its %s px in %s scans; at most %s scans are allowed at that size"
              .formatted(image.size(), image.scans(), MAX_SCANNED_PIXELS / image.pixels()),
          Measured.atMost(
              "scanned_pixels", image.scannedPixels(), MAX_SCANNED_PIXELS, "pixels_in_all_scans"));
    }
    if (image.decodedBytes() > MAX_DECODED_BYTES) {
      int each = image.bytesPerPixel();
      return Outcome.rejected(
          RejectReason.IMAGE_TOO_COSTLY,
          "the image decodes to %s px of %s bytes each; at most %s such pixels are allowed"
              .formatted(image.size(), each, MAX_DECODED_BYTES / each),
          Measured.atMost(
              "decoded_bytes", image.decodedBytes(), MAX_DECODED_BYTES, "bytes_decoded"));
    }
    return Outcome.kept(image);
  }
}
