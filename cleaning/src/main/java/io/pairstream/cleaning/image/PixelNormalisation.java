package io.pairstream.cleaning.image;

import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import io.pairstream.cleaning.recipe.RecipeReader;

/**
 * How a recipe recommends the feed to turn levels into numbers. The topics keep 8 bits; nothing is
 * computed here.
 */
public enum PixelNormalisation {
  /** No recommendation. */
  NONE,
  /** Levels over 255. */
  ZERO_TO_ONE,
  /** Levels over 127.5, less 1. */
  MINUS_ONE_TO_ONE,
  /** Levels over 255, less CLIP's mean, over its standard deviation. */
  CLIP,
  /** Levels over 255, less ImageNet's mean, over its standard deviation. */
  IMAGENET;

  /**
   * Reads {@code pixels.normalisation}.
   *
   * @param colour what the channels are that it would be applied to
   */
  public static PixelNormalisation from(RecipeReader recipe, PictureColour colour) {
    PixelNormalisation profile = recipe.choice("pixels.normalisation", NONE);
    if ((profile == CLIP || profile == IMAGENET) && colour != PictureColour.RGB) {
      recipe.problem(
          "pixels.normalisation",
          profile.label()
              + " is a mean and a deviation of rgb, and pixels.colour is "
              + colour.label());
    }
    return profile;
  }

  /** The name in records: as in recipes, and empty for no recommendation. */
  public String label() {
    return this == NONE ? "" : RecipeReader.word(this);
  }
}
