package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.Geometry.Layout;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * All that a recipe asks of an image worker. Travels to it as it is.
 *
 * @param colourProfile what becomes of colours that are not sRGB
 * @param main the picture that every pair has
 * @param renditions further pictures, in the recipe's order
 * @param pixels what is done to the pixels of all pictures
 * @param measures whether the main picture is measured, before its pixels are changed
 */
public record ImagePlan(
    ColourProfileRule colourProfile,
    PictureOutput main,
    List<Rendition> renditions,
    PixelOperations pixels,
    boolean measures) {

  /**
   * Most bytes of all pictures of a pair together. A record has at most 10 MiB; the rest of it,
   * captions and ids, fits into one.
   */
  public static final int MAX_PICTURE_BYTES = 9 * 1024 * 1024;

  /** Plan of the default recipe; a worker follows it until it receives another. */
  public static final ImagePlan PRESETS =
      new ImagePlan(
          ColourProfileRule.CONVERT, PictureOutput.PRESETS, List.of(), PixelOperations.NONE, true);

  /** Name of a rendition that is published with no pair. */
  static final String HIDDEN = "";

  /** Measures of where the main picture's part lies on the upright image. */
  private static final Set<String> PART =
      Set.of("crop_left_px", "crop_top_px", "crop_width_px", "crop_height_px");

  private static final int MAX_RENDITIONS = 8;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

  public ImagePlan {
    renditions = List.copyOf(renditions);
  }

  /** One picture and nothing else. */
  public static ImagePlan of(PictureOutput main) {
    return new ImagePlan(ColourProfileRule.CONVERT, main, List.of(), PixelOperations.NONE, false);
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
    for (String name : recipe.sections("renditions")) {
      String section = "renditions." + name;
      if (!NAME.matcher(name).matches()) {
        recipe.problem(
            section, "a rendition's name has 1 to 40 lower-case letters, digits and hyphens");
      }
      PictureOutput output = PictureOutput.from(recipe, section + ".", 0, main);
      pixels.check(output.encoding(), section + ".encoding", recipe);
      renditions.add(new Rendition(name, output));
    }
    if (renditions.size() > MAX_RENDITIONS) {
      recipe.problem("renditions", "at most " + MAX_RENDITIONS + " renditions are allowed");
    }
    ImagePlan plan =
        new ImagePlan(profile, main, renditions, pixels, CheckMeasures.measures(recipe));
    plan.check("image.encoding", "", recipe);
    return plan;
  }

  /** Returns a copy with the main picture's pixels as a rendition, for functions that see them. */
  public ImagePlan withHiddenPixels() {
    PictureOutput raw =
        new PictureOutput(
            main.geometry(), ImageEncoding.RAW, main.jpegQuality(), main.jpegChroma());
    List<Rendition> all = new ArrayList<>(renditions);
    all.add(new Rendition(HIDDEN, raw));
    return new ImagePlan(colourProfile, main, all, pixels, measures);
  }

  /**
   * Notes a problem where the pictures of a pair may be too large for a record.
   *
   * @param added what makes them larger, in words
   */
  public void check(String key, String added, RecipeReader recipe) {
    long bytes = main.likelyMaxBytes();
    for (Rendition rendition : renditions) {
      bytes += rendition.output().likelyMaxBytes();
    }
    if (bytes > MAX_PICTURE_BYTES) {
      recipe.problem(
          key,
          ("the pictures of one pair%s may take %s bytes; a record carries %s: choose jpeg, "
                  + "smaller sizes or fewer renditions")
              .formatted(added, bytes, MAX_PICTURE_BYTES));
    }
  }

  /** Description of the image's preparation, for a person. */
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
    renditions.stream()
        .filter(rendition -> !rendition.name().equals(HIDDEN))
        .forEach(
            rendition ->
                parts.add("also " + rendition.name() + ": " + rendition.output().inWords()));
    if (measures) {
      parts.add("measured");
    }
    return String.join("; ", parts);
  }

  /**
   * Where the pixels of each picture come from and go to: of the main one, then of each rendition.
   *
   * <p>Rejects: {@code CROP_BOX_INVALID}, {@code IMAGE_SMALLER_THAN_TARGET}, {@code
   * PREPARED_IMAGE_TOO_LARGE}.
   *
   * @param widthPx width of the upright image
   * @param heightPx height of the upright image
   */
  public Outcome<List<Layout>> layouts(int widthPx, int heightPx, PixelBox cropBox) {
    if (!cropBox.fits(widthPx, heightPx)) {
      String size = widthPx + "x" + heightPx;
      return Outcome.rejected(
          RejectReason.CROP_BOX_INVALID,
          "the crop box " + cropBox + " is not on the upright image of " + size + " px",
          Measured.text(cropBox.toString(), size));
    }
    PixelBox part = cropBox.within(widthPx, heightPx);
    Outcome<List<Layout>> layouts = layout(main, part).map(List::of);
    for (Rendition rendition : renditions) {
      layouts =
          layouts.then(
              before ->
                  layout(rendition.output(), part)
                      .map(next -> Stream.concat(before.stream(), Stream.of(next)).toList()));
    }
    return layouts;
  }

  private static Outcome<Layout> layout(PictureOutput output, PixelBox part) {
    return output.geometry().layout(part).then(layout -> ofBearableSize(layout, output));
  }

  /**
   * Rejects a picture of raw pixels that is too large; the size of an encoded one is not known
   * before it is made.
   */
  private static Outcome<Layout> ofBearableSize(Layout layout, PictureOutput output) {
    long bytes = 3L * layout.widthPx() * layout.heightPx();
    return output.encoding() == ImageEncoding.RAW && bytes > MAX_PICTURE_BYTES
        ? tooLarge(bytes)
        : Outcome.kept(layout);
  }

  /** The rejection of pictures that have so many bytes together. */
  public static <T> Outcome<T> tooLarge(long bytes) {
    return Outcome.rejected(
        RejectReason.PREPARED_IMAGE_TOO_LARGE,
        "the prepared pictures do not fit into a record",
        Measured.atMost("prepared_bytes", bytes, MAX_PICTURE_BYTES, "bytes"));
  }

  /** Names of all that a worker measures of an image under this plan. */
  public Set<String> measureNames() {
    Set<String> names = new HashSet<>(PART);
    if (measures) {
      names.addAll(CheckMeasures.MEASURES.keySet());
    }
    return names;
  }

  /** Treatment of a picture whose colours are not meant as sRGB. */
  public enum ColourProfileRule {
    /** The colours are converted to sRGB. */
    CONVERT,
    /** The picture is rejected. */
    REJECT,
    /** The numbers are taken as sRGB. */
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
