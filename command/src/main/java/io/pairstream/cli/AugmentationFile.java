package io.pairstream.cli;

import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.feed.augment.AugmentationPlan;
import io.pairstream.feed.augment.Blur;
import io.pairstream.feed.augment.Border;
import io.pairstream.feed.augment.ColourJitter;
import io.pairstream.feed.augment.Crop;
import io.pairstream.feed.augment.Flip;
import io.pairstream.feed.augment.Noise;
import io.pairstream.feed.augment.Rotation;
import io.pairstream.feed.augment.Scaling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The YAML file that says which random changes a training run makes to its images. Written as a
 * recipe is; whatever it leaves out stays off.
 */
final class AugmentationFile {

  private AugmentationFile() {}

  /**
   * Reads a plan.
   *
   * @throws InvalidRecipeException with everything that is wrong with it
   */
  static AugmentationPlan read(Path file) throws IOException {
    RecipeReader keys = RecipeReader.parse(file.toString(), Files.readString(file));
    long seed = keys.whole("seed", 0, Long.MIN_VALUE, Long.MAX_VALUE);
    Interval area = interval(keys, "crop.smallest-area", "crop.largest-area", 1, 0.001, 1);
    Interval ratio = interval(keys, "crop.smallest-ratio", "crop.largest-ratio", 1, 0.1, 10);
    double flip = keys.number("flip.probability", 0, 0, 1);
    double degrees = keys.number("rotate.largest-degrees", 0, 0, 180);
    Interval scale = interval(keys, "scale.smallest", "scale.largest", 1, 0.25, 4);
    String border = keys.choice("border.kind", "reflect", "reflect", "fill");
    int fill = keys.integer("border.fill-value", 0, 0, 255);
    double brightness = keys.number("colour.brightness", 0, 0, 1);
    double contrast = keys.number("colour.contrast", 0, 0, 1);
    double saturation = keys.number("colour.saturation", 0, 0, 1);
    double hue = keys.number("colour.hue", 0, 0, 0.5);
    double blur = keys.number("blur.probability", 0, 0, 1);
    Interval sigma = interval(keys, "blur.smallest-sigma-px", "blur.largest-sigma-px", 1, 0.1, 20);
    double noise = keys.number("noise.sigma", 0, 0, 64);
    keys.finish();
    return new AugmentationPlan(
        seed,
        new Crop(area.low(), area.high(), ratio.low(), ratio.high()),
        new Flip(flip),
        new Rotation(degrees),
        new Scaling(scale.low(), scale.high()),
        new Border(Border.Kind.valueOf(border.toUpperCase(Locale.ROOT)), fill),
        new ColourJitter(brightness, contrast, saturation, hue),
        new Blur(blur, sigma.low(), sigma.high()),
        new Noise(noise));
  }

  private record Interval(double low, double high) {}

  private static Interval interval(
      RecipeReader keys, String lowKey, String highKey, double preset, double min, double max) {
    double low = keys.number(lowKey, preset, min, max);
    double high = keys.number(highKey, preset, min, max);
    if (low > high) {
      keys.problem(lowKey, low + " is above " + highKey + ", " + high);
    }
    return new Interval(low, high);
  }
}
