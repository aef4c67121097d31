package io.pairstream.cleaning.image;

import io.pairstream.cleaning.onnx.OnnxModel;
import io.pairstream.cleaning.onnx.OnnxModel.Tensor;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import java.io.IOException;
import java.nio.file.Path;
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

  /** What a score stands under in a pair's measures. */
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

  /** Reads one section; nothing where its model cannot be used, which is a problem by then. */
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
    ModelScore score =
        new ModelScore(
            name,
            model.get().path().toString(),
            model.get().sha256(),
            sidePx,
            channelsLast,
            normalisation,
            seesCaption ? tokenLength : 0,
            output);
    try {
      score.check(OnnxModel.read(Path.of(score.model)), section, recipe);
    } catch (IOException e) {
      recipe.problem(section + "model", "the model cannot be used: " + e.getMessage());
    }
    return Optional.of(score);
  }

  /** Notes a problem where the model takes or gives something else than the recipe says. */
  private void check(OnnxModel declared, String section, RecipeReader recipe) {
    List<Tensor> pixels =
        declared.inputs().stream().filter(input -> input.shape().size() == 4).toList();
    List<Tensor> ids =
        declared.inputs().stream().filter(input -> input.shape().size() == 2).toList();
    int expected = tokens > 0 ? 2 : 1;
    if (declared.inputs().size() != expected || pixels.size() != 1 || ids.size() != expected - 1) {
      recipe.problem(
          section + "input",
          "the model takes %s; %s gives %s"
              .formatted(
                  shown(declared.inputs()),
                  tokens > 0 ? "image-and-tokens" : "image",
                  shown(wantedInputs())));
      return;
    }
    Tensor picture = pixels.get(0);
    if (picture.elementType() != Tensor.FLOAT32) {
      recipe.problem(
          section + "model", "the model's picture is not float32, but " + shown(picture));
    } else if (!picture.takes(pixelShape())) {
      recipe.problem(
          section + "input-side-px",
          "the model's picture is " + shown(picture) + ", the recipe's " + pixelShape());
    }
    for (Tensor input : ids) {
      if (input.elementType() != Tensor.INT64 && input.elementType() != Tensor.INT32) {
        recipe.problem(
            section + "model", "the model's token ids are not int64 or int32, but " + shown(input));
      } else if (!input.takes(List.of(1L, (long) tokens))) {
        recipe.problem(
            section + "input",
            "the model's token ids are " + shown(input) + ", the recipe's [1, " + tokens + "]");
      }
    }
    checkOutput(declared.outputs().get(0), section, recipe);
  }

  private void checkOutput(Tensor answer, String section, RecipeReader recipe) {
    if (answer.elementType() != Tensor.FLOAT32) {
      recipe.problem(section + "model", "the model's answer is not float32, but " + shown(answer));
      return;
    }
    long numbers = 1;
    for (long dimension : answer.shape()) {
      numbers = dimension == Tensor.ANY || numbers < 0 ? Tensor.ANY : numbers * dimension;
    }
    if (numbers >= 0 && output >= numbers) {
      recipe.problem(
          section + "output", "the model answers " + numbers + " numbers, counted from 0");
    }
  }

  private List<Long> pixelShape() {
    long side = sidePx;
    return channelsLast ? List.of(1L, side, side, 3L) : List.of(1L, 3L, side, side);
  }

  private List<Tensor> wantedInputs() {
    Tensor pixels = new Tensor("pixels", Tensor.FLOAT32, pixelShape());
    return tokens > 0
        ? List.of(pixels, new Tensor("token ids", Tensor.INT64, List.of(1L, (long) tokens)))
        : List.of(pixels);
  }

  private static String shown(List<Tensor> tensors) {
    return String.join(" and ", tensors.stream().map(ModelScore::shown).toList());
  }

  private static String shown(Tensor tensor) {
    String type =
        switch (tensor.elementType()) {
          case Tensor.FLOAT32 -> "float32";
          case Tensor.INT32 -> "int32";
          case Tensor.INT64 -> "int64";
          default -> "type " + tensor.elementType();
        };
    String shape = tensor.shape().toString().replace(String.valueOf(Tensor.ANY), "any");
    return tensor.name() + " (" + type + " " + shape + ")";
  }
}
