package io.pairstream.cleaning.image;

import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Arrays;
import java.util.Locale;

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
    PixelNormalisation profile = read(recipe, "pixels.normalisation", NONE);
    if ((profile == CLIP || profile == IMAGENET) && colour != PictureColour.RGB) {
      recipe.problem(
          "pixels.normalisation",
          profile.word()
              + " is a mean and a deviation of rgb, and pixels.colour is "
              + colour.label());
    }
    return profile;
  }

  static PixelNormalisation read(RecipeReader recipe, String key, PixelNormalisation preset) {
    String[] words = Arrays.stream(values()).map(PixelNormalisation::word).toArray(String[]::new);
    return valueOf(
        recipe.choice(key, preset.word(), words).toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** The name in recipes: none, zero-to-one, minus-one-to-one, clip, imagenet. */
  private String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The name in records: as in recipes, and empty for no recommendation. */
  public String label() {
    return this == NONE ? "" : word();
  }
}
