package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.Checked;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.recipe.RecipeReader;

/**
 * Keeps images big enough and square enough to survive the crop and the resize.
 *
 * <p>Looks at the header only, so an unfit image is turned away before a pixel is decoded.
 *
 * <p>Rejects: {@code IMAGE_TOO_SMALL}, {@code IMAGE_TOO_ELONGATED}.
 */
public final class CheckImageShape implements Check<ProbedImage> {

  private final Limits limits;

  public CheckImageShape(Limits limits) {
    this.limits = limits;
  }

  @Override
  public String inWords() {
    return ("keeps images with at least %s px on the shorter side, and at most %s times that "
            + "on the longer")
        .formatted(limits.minSidePx(), limits.maxAspectRatio());
  }

  @Override
  public Checked<ProbedImage> check(ProbedImage image) {
    Checked<ProbedImage> checked = Checked.fine(image);
    if (image.shorterSidePx() < limits.minSidePx()) {
      checked =
          checked.but(
              RejectReason.IMAGE_TOO_SMALL,
              "the image is %s px; its shorter side must have at least %s px"
                  .formatted(image.size(), limits.minSidePx()),
              image.shorterSidePx() + " px",
              limits.minSidePx() + " px");
    }
    if (image.aspectRatio() > limits.maxAspectRatio()) {
      checked =
          checked.but(
              RejectReason.IMAGE_TOO_ELONGATED,
              "the image is %s px; its longer side may be at most %s times its shorter side"
                  .formatted(image.size(), limits.maxAspectRatio()),
              String.format(java.util.Locale.ROOT, "%.2f", image.aspectRatio()),
              String.valueOf(limits.maxAspectRatio()));
    }
    return checked;
  }

  /**
   * Which shapes are worth training on. Defaults are DataComp's basic filter.
   *
   * @param minSidePx smallest allowed shorter side, in pixels of the original; at least 1
   * @param maxAspectRatio largest allowed longer/shorter ratio; at least 1.0
   */
  public record Limits(int minSidePx, double maxAspectRatio) {

    /** Reads {@code image.min-side-px} and {@code image.max-aspect-ratio}. */
    public static Limits from(RecipeReader recipe) {
      return new Limits(
          recipe.integer("image.min-side-px", 200, 1, 100_000),
          recipe.number("image.max-aspect-ratio", 3.0, 1.0, 1000.0));
    }
  }
}
