package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.recipe.RecipeReader;

/**
 * Keeps images that are cheap enough to store and to decode.
 *
 * <p>Goes by the header's word, so that a small file that unfolds into a huge picture reaches no
 * decoder.
 *
 * <p>Rejects: {@code IMAGE_TOO_MANY_BYTES}, {@code IMAGE_TOO_MANY_PIXELS}, {@code
 * IMAGE_TOO_COSTLY}.
 */
public final class CheckImageSize implements Step<ProbedImage, ProbedImage> {

  /**
   * Most pixels that decoding goes over in all scans of a JPEG: 50 megapixels in 20 scans, twice
   * what encoders make, and 100 scans of 10 megapixels. See decision 0051 for what a scan takes.
   */
  static final long MAX_SCANNED_PIXELS = 1_000_000_000;

  /** Largest decoded picture, in bytes: 50 megapixels of four channels with 8 bits each. */
  static final long MAX_DECODED_BYTES = 200_000_000;

  private final Limits limits;

  public CheckImageSize(Limits limits) {
    this.limits = limits;
  }

  @Override
  public String inWords() {
    return ("keeps files of at most %s bytes and %s pixels, which decode to at most %s bytes "
            + "and, in all scans together, go over at most %s pixels")
        .formatted(limits.maxBytes(), limits.maxPixels(), MAX_DECODED_BYTES, MAX_SCANNED_PIXELS);
  }

  @Override
  public Outcome<ProbedImage> apply(ProbedImage image) {
    int bytes = image.encoded().size();
    if (bytes > limits.maxBytes()) {
      return Outcome.rejected(
          RejectReason.IMAGE_TOO_MANY_BYTES,
          "the file has " + bytes + " bytes; at most " + limits.maxBytes() + " are allowed",
          bytes + " bytes",
          limits.maxBytes() + " bytes");
    }
    if (image.pixels() > limits.maxPixels()) {
      return Outcome.rejected(
          RejectReason.IMAGE_TOO_MANY_PIXELS,
          "the image is %s px, that is %s pixels; at most %s are allowed"
              .formatted(image.size(), image.pixels(), limits.maxPixels()),
          image.pixels() + " pixels",
          limits.maxPixels() + " pixels");
    }
    if (image.scannedPixels() > MAX_SCANNED_PIXELS) {
      return Outcome.rejected(
          RejectReason.IMAGE_TOO_COSTLY,
          "the image goes over its "
              + image.size()
              + " px in "
              + image.scans()
              + " scans; at most "
              + MAX_SCANNED_PIXELS / image.pixels()
              + " scans are allowed at that size",
          image.scannedPixels() + " pixels in all scans",
          MAX_SCANNED_PIXELS + " pixels in all scans");
    }
    if (image.decodedBytes() > MAX_DECODED_BYTES) {
      return Outcome.rejected(
          RejectReason.IMAGE_TOO_COSTLY,
          "the image decodes to "
              + image.size()
              + " px of "
              + image.bytesPerPixel()
              + " bytes each; at most "
              + MAX_DECODED_BYTES / image.bytesPerPixel()
              + " such pixels are allowed",
          image.decodedBytes() + " bytes decoded",
          MAX_DECODED_BYTES + " bytes decoded");
    }
    return Outcome.kept(image);
  }

  /**
   * How much one image may cost.
   *
   * @param maxBytes largest file, in bytes; 1 to 8 MiB, which is what a record carries
   * @param maxPixels most pixels, width times height; 1 to 50 million, which is what a decoder's
   *     memory is laid out for
   */
  public record Limits(int maxBytes, int maxPixels) {

    /** Reads {@code image.max-bytes} and {@code image.max-pixels}. */
    public static Limits from(RecipeReader recipe) {
      return new Limits(
          recipe.integer("image.max-bytes", 8_388_608, 1, 8_388_608),
          recipe.integer("image.max-pixels", 50_000_000, 1, 50_000_000));
    }
  }
}
