package io.pairstream.cleaning.image;

import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * All that a recipe asks of an image worker. Travels to it as it is.
 *
 * @param colourProfile what becomes of colours that are not sRGB
 * @param main the picture that every pair has
 * @param renditions further pictures, in the recipe's order
 * @param pixels what is done to the pixels of all pictures
 * @param measures whether the main picture is measured, before its pixels are changed
 * @param scores what models say of the main picture, likewise
 */
public record ImagePlan(
    ColourProfileRule colourProfile,
    PictureOutput main,
    List<Rendition> renditions,
    PixelOperations pixels,
    boolean measures,
    List<ModelScore> scores) {

  /**
   * Most bytes of all pictures of a pair together. A record has at most 10 MiB; the rest of it,
   * captions and ids, fits into one.
   */
  public static final int MAX_PICTURE_BYTES = 9 * 1024 * 1024;

  /** What the default recipe asks for; a worker follows it until it is told otherwise. */
  public static final ImagePlan PRESETS =
      new ImagePlan(
          ColourProfileRule.CONVERT,
          PictureOutput.PRESETS,
          List.of(),
          PixelOperations.NONE,
          true,
          List.of());

  private static final int MAX_RENDITIONS = 8;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

  public ImagePlan {
    renditions = List.copyOf(renditions);
    scores = List.copyOf(scores);
  }

  /** One picture and nothing else. */
  public static ImagePlan of(PictureOutput main) {
    return new ImagePlan(
        ColourProfileRule.CONVERT, main, List.of(), PixelOperations.NONE, false, List.of());
  }

  /**
   * Reads the keys of {@link PixelOperations}, {@code quality.measures}, {@code
   * image.colour-profile}, the keys of {@link PictureOutput} below {@code image}, and a {@link
   * Rendition} of each section below {@code renditions}, which has the same keys and takes from
   * {@code image} what it does not say.
   */
  public static ImagePlan from(RecipeReader recipe) {
    PixelOperations pixels = PixelOperations.from(recipe);
    ColourProfileRule profile = recipe.choice("image.colour-profile", ColourProfileRule.CONVERT);
    PictureOutput main = PictureOutput.from(recipe, "image.", 256, PictureOutput.PRESETS);
    pixels.check(main.encoding(), "image.encoding", recipe);
    List<Rendition> renditions = new ArrayList<>();
    long bytes = main.likelyMaxBytes();
    for (String name : recipe.sections("renditions")) {
      String section = "renditions." + name;
      if (!NAME.matcher(name).matches()) {
        recipe.problem(
            section, "a rendition's name has 1 to 40 lower-case letters, digits and hyphens");
      }
      PictureOutput output = PictureOutput.from(recipe, section + ".", 0, main);
      pixels.check(output.encoding(), section + ".encoding", recipe);
      renditions.add(new Rendition(name, output));
      bytes += output.likelyMaxBytes();
    }
    if (renditions.size() > MAX_RENDITIONS) {
      recipe.problem("renditions", "at most " + MAX_RENDITIONS + " renditions are allowed");
    }
    if (bytes > MAX_PICTURE_BYTES) {
      recipe.problem(
          "image.encoding",
          ("the pictures of one pair may take %s bytes; a record carries %s: choose jpeg, "
                  + "smaller sizes or fewer renditions")
              .formatted(bytes, MAX_PICTURE_BYTES));
    }
    return new ImagePlan(
        profile, main, renditions, pixels, CheckMeasures.measures(recipe), List.of());
  }

  /** What becomes of an image, for a person. */
  String inWords() {
    List<String> parts = new ArrayList<>();
    parts.add(main.inWords());
    parts.add(
        switch (colourProfile) {
          case CONVERT -> "colours converted to sRGB";
          case REJECT -> "other colours than sRGB rejected";
          case IGNORE -> "colours as they are stored";
        });
    pixels.inOrder().forEach(operation -> parts.add(RecipeReader.word(operation.kind())));
    if (pixels.colour() != PictureColour.RGB) {
      parts.add("in " + pixels.colour().label());
    }
    renditions.forEach(
        rendition -> parts.add("also " + rendition.name() + ": " + rendition.output().inWords()));
    if (measures) {
      parts.add("measured");
    }
    scores.forEach(score -> parts.add("scored by " + score.name()));
    return String.join("; ", parts);
  }

  /** The same, with models that are asked as well. */
  public ImagePlan withScores(List<ModelScore> others) {
    return new ImagePlan(colourProfile, main, renditions, pixels, measures, others);
  }

  /** What becomes of a picture whose colours are not meant as sRGB. */
  public enum ColourProfileRule {
    /** Its colours are converted to sRGB. */
    CONVERT,
    /** It is rejected. */
    REJECT,
    /** Its numbers are taken as if they were sRGB. */
    IGNORE
  }

  /**
   * A further picture that is made of the same decoded pixels.
   *
   * @param name its name in recipe and record
   * @param output what it looks like
   */
  public record Rendition(String name, PictureOutput output) {}
}
