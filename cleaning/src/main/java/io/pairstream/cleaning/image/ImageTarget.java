package io.pairstream.cleaning.image;

import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Locale;

/**
 * What a prepared image looks like: the centre square of the original, scaled to one size.
 *
 * @param sidePx side of the square in pixels; 16 to 1024
 * @param encoding how the result is encoded
 * @param jpegQuality quality of a JPEG result; 1 to 100
 */
public record ImageTarget(int sidePx, ImageEncoding encoding, int jpegQuality) {

  /** Reads {@code image.side-px}, {@code image.encoding} and {@code image.jpeg-quality}. */
  public static ImageTarget from(RecipeReader recipe) {
    return new ImageTarget(
        recipe.integer("image.side-px", 256, 16, 1024),
        ImageEncoding.valueOf(
            recipe.choice("image.encoding", "jpeg", "jpeg", "png", "raw").toUpperCase(Locale.ROOT)),
        recipe.integer("image.jpeg-quality", 95, 1, 100));
  }
}
