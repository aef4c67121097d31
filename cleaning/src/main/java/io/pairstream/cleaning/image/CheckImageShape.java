package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.JudgesStored;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.StoredPair;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps images big enough and square enough to survive the crop and the resize.
 *
 * <p>Looks at the header only, so an unfit image is rejected before a pixel is decoded.
 *
 * <p>Rejects: {@code IMAGE_TOO_SMALL}, {@code IMAGE_TOO_ELONGATED}.
 */
public final class CheckImageShape
    implements Check<ProbedImage>, JudgesStored<ProbedImage, ProbedImage> {

  private final int minSidePx;
  private final double maxAspectRatio;

  /**
   * Reads {@code image.min-side-px}, in pixels of the original, and {@code image.max-aspect-ratio},
   * longer over shorter. Defaults are DataComp's basic filter.
   */
  public CheckImageShape(RecipeReader recipe) {
    minSidePx = recipe.integer("image.min-side-px", 200, 1, 100_000);
    maxAspectRatio = recipe.number("image.max-aspect-ratio", 3.0, 1.0, 1000.0);
  }

  @Override
  public String inWords() {
    return ("keeps images with at least %s px on the shorter side, and at most %s times that "
            + "on the longer")
        .formatted(minSidePx, maxAspectRatio);
  }

  @Override
  public Optional<Outcome<?>> judgeStored(StoredPair pair, Set<String> changed) {
    Double width = pair.measures().get("original_width_px");
    Double height = pair.measures().get("original_height_px");
    return width == null || height == null
        ? Optional.empty()
        : Optional.of(judge(width.intValue(), height.intValue(), pair).outcome(Set.of()));
  }

  @Override
  public Checked<ProbedImage> check(ProbedImage image) {
    return judge(image.widthPx(), image.heightPx(), image);
  }

  private <T> Checked<T> judge(int widthPx, int heightPx, T image) {
    int shorterPx = Math.min(widthPx, heightPx);
    double aspectRatio = (double) Math.max(widthPx, heightPx) / shorterPx;
    Checked<T> checked = Checked.fine(image);
    if (shorterPx < minSidePx) {
      checked =
          checked.but(
              RejectReason.IMAGE_TOO_SMALL,
              "the image is %sx%s px; its shorter side must have at least %s px"
                  .formatted(widthPx, heightPx, minSidePx),
              Measured.atLeast("shorter_side_px", shorterPx, minSidePx, "px"));
    }
    if (aspectRatio > maxAspectRatio) {
      checked =
          checked.but(
              RejectReason.IMAGE_TOO_ELONGATED,
              "the image is %sx%s px; its longer side may be at most %s times its shorter side"
                  .formatted(widthPx, heightPx, maxAspectRatio),
              Measured.atMost("longer_over_shorter", aspectRatio, maxAspectRatio, ""));
    }
    return checked;
  }
}
