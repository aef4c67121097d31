package io.pairstream.cleaning.image;

import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A number that a model of the user's gives to each picture: likeness of picture and caption,
 * beauty, indecency, a watermark.
 *
 * @param name its name in the recipe
 * @param model path of the ONNX file; absolute
 * @param sha256 lower-case hex SHA-256 of that file
 * @param sidePx side of the square that the model looks at: the centre of the main picture
 * @param channelsLast whether the pixels go in as float32 [1, side, side, 3], or as [1, 3, side,
 *     side]; RGB either way
 * @param normalisation how levels become numbers; {@code NONE} leaves them 0 to 255
 * @param tokens how many token ids of the caption go in beside the pixels; 0 for none
 * @param output which number of the model's first output is the score, counted from 0
 */
public record ModelScore(
    String name,
    String model,
    String sha256,
    int sidePx,
    boolean channelsLast,
    PixelNormalisation normalisation,
    int tokens,
    int output) {

  private static final long MAX_BYTES = Integer.MAX_VALUE;
  private static final int MOST = 16;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

  /** Name of the score among a pair's measures. */
  public String measure() {
    return measure(name);
  }

  static String measure(String name) {
    return "score." + name;
  }

  /**
   * Reads the sections below {@code scores}, their limits apart.
   *
   * @param tokenLength how many token ids a caption has
   */
  public static List<ModelScore> from(RecipeReader recipe, int tokenLength) {
    List<ModelScore> scores = new ArrayList<>();
    for (String name : recipe.sections("scores")) {
      read(name, recipe, tokenLength).ifPresent(scores::add);
    }
    if (scores.size() > MOST) {
      recipe.problem("scores", "at most " + MOST + " scores are allowed");
    }
    return scores;
  }

  /** Reads one section; empty where its model cannot be used, after noting the problem. */
  private static Optional<ModelScore> read(String name, RecipeReader recipe, int tokenLength) {
    String section = "scores." + name + ".";
    Optional<NamedFile> model = recipe.file(section + "model", MAX_BYTES);
    int sidePx = recipe.integer(section + "input-side-px", 224, 8, 1024);
    boolean channelsLast = !recipe.isFirst(section + "layout", "nchw", "nhwc");
    PixelNormalisation normalisation =
        recipe.choice(section + "normalisation", PixelNormalisation.CLIP);
    boolean seesCaption = !recipe.isFirst(section + "input", "image", "image-and-tokens");
    int output = recipe.integer(section + "output", 0, 0, 1_000_000);
    if (!NAME.matcher(name).matches()) {
      recipe.problem(
          section + "model", "a score's name has 1 to 40 lower-case letters, digits and hyphens");
    }
    if (model.isEmpty()) {
      if (recipe.text(section + "model", "").isEmpty()) {
        recipe.problem(section + "model", "is missing; name an ONNX file");
      }
      return Optional.empty();
    }
    return Optional.of(
        new ModelScore(
            name,
            model.get().path().toString(),
            model.get().sha256(),
            sidePx,
            channelsLast,
            normalisation,
            seesCaption ? tokenLength : 0,
            output));
  }
}
