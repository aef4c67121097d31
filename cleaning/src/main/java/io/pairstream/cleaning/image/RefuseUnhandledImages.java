package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.recipe.RecipeReader;

/**
 * Keeps images that have one true rendering in 8-bit RGB.
 *
 * <p>Of several frames none is surely the picture that the caption means, so an animation is
 * rejected unless the recipe takes its first frame. A JPEG of other than 8 bits is one that hardly
 * any decoder reads.
 *
 * <p>Rejects: {@code IMAGE_ANIMATED}, {@code IMAGE_DEPTH_UNSUPPORTED}.
 */
public final class RefuseUnhandledImages implements Step<ProbedImage, ProbedImage> {

  private final boolean refusesAnimations;

  /**
   * Reads {@code image.animation}. Of an animated PNG, the first frame is the picture that viewers
   * without animation show.
   */
  public RefuseUnhandledImages(RecipeReader recipe) {
    refusesAnimations = recipe.isFirst("image.animation", "reject", "first-frame");
  }

  @Override
  public String inWords() {
    return (refusesAnimations ? "rejects animations" : "takes an animation's first frame")
        + "; rejects JPEGs of more than 8 bits per channel";
  }

  @Override
  public Outcome<ProbedImage> apply(ProbedImage image) {
    if (image.animated() && refusesAnimations) {
      return Outcome.rejected(
          RejectReason.IMAGE_ANIMATED, "the image is animated; send one of its frames");
    }
    if (image.type() == ImageType.JPEG && image.bitDepth() != 8) {
      return Outcome.rejected(
          RejectReason.IMAGE_DEPTH_UNSUPPORTED,
          "the JPEG has " + image.bitDepth() + " bits per channel; accepted are 8",
          Measured.bounded(
              "bits_per_channel", image.bitDepth(), Measured.Bound.EXACTLY, 8, "bits"));
    }
    return Outcome.kept(image);
  }
}
