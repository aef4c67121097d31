package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.ProbedImage.ColourModel;

/**
 * Keeps images that have one true rendering in 8-bit RGB.
 *
 * <p>CMYK needs a colour profile to be shown right, more than 8 bits need a choice of tone mapping,
 * and of several frames none is the picture that the caption means.
 *
 * <p>Rejects: {@code IMAGE_TYPE_UNSUPPORTED}, {@code IMAGE_ANIMATED}, {@code
 * IMAGE_COLOUR_MODEL_UNSUPPORTED}, {@code IMAGE_DEPTH_UNSUPPORTED}.
 */
public final class RefuseUnhandledImages implements Step<ProbedImage, ProbedImage> {

  @Override
  public Outcome<ProbedImage> apply(ProbedImage image) {
    if (image.type() == ImageType.GIF) {
      return Outcome.rejected(
          RejectReason.IMAGE_TYPE_UNSUPPORTED,
          "the file is a GIF; accepted are JPEG, PNG and WebP");
    }
    if (image.animated()) {
      return Outcome.rejected(
          RejectReason.IMAGE_ANIMATED, "the image is animated; send one of its frames");
    }
    if (image.colour() == ColourModel.CMYK) {
      return Outcome.rejected(
          RejectReason.IMAGE_COLOUR_MODEL_UNSUPPORTED,
          "the image stores four colours (CMYK or YCCK); accepted are RGB and greyscale",
          "CMYK",
          "RGB");
    }
    // A palette's or a grey PNG's 1, 2 and 4 bits unfold into 8 without loss; a JPEG's do not.
    if (image.bitDepth() > 8 || (image.type() == ImageType.JPEG && image.bitDepth() != 8)) {
      return Outcome.rejected(
          RejectReason.IMAGE_DEPTH_UNSUPPORTED,
          "the image has " + image.bitDepth() + " bits per channel; accepted are 8",
          image.bitDepth() + " bits",
          "8 bits");
    }
    return Outcome.kept(image);
  }
}
