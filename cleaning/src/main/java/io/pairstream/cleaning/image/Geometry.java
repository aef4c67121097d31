package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Which part of a picture is wanted, and at what size.
 *
 * <p>Pure arithmetic on sizes: knows no pixel. An odd margin has its smaller half at the left and
 * at the top. Sides are rounded to the nearest pixel and have at least one.
 *
 * @param mode how another shape becomes the wanted one
 * @param widthPx wanted width in pixels; 16 to 4096
 * @param heightPx wanted height in pixels; 16 to 4096
 * @param whenSmaller what becomes of a picture that would have to be enlarged
 * @param resampling how it is scaled
 * @param padRgb colour of the canvas, 0xRRGGBB
 * @param buckets the shapes of {@link ResizeMode#BUCKET}; empty in every other mode
 */
public record Geometry(
    ResizeMode mode,
    int widthPx,
    int heightPx,
    WhenSmaller whenSmaller,
    Resampling resampling,
    int padRgb,
    AspectBuckets buckets) {

  /** Most pixels of one result: the largest target. Some modes let the original's shape decide. */
  static final int MAX_PIXELS = 4096 * 4096;

  /** Longest side of one result; a JPEG has no longer one. */
  static final int MAX_SIDE_PX = 65_500;

  private static final int MIN_TARGET_PX = 16;
  private static final int MAX_TARGET_PX = 4096;
  private static final Pattern COLOUR = Pattern.compile("#[0-9a-fA-F]{6}");

  /** The centre square, scaled by area. */
  public static Geometry square(int sidePx) {
    return new Geometry(
        ResizeMode.CENTER_CROP,
        sidePx,
        sidePx,
        WhenSmaller.ENLARGE,
        Resampling.AREA,
        0xFFFFFF,
        AspectBuckets.NONE);
  }

  /**
   * Reads the keys {@code mode}, {@code side-px}, {@code width-px}, {@code height-px}, {@code
   * when-smaller}, {@code resampling}, {@code pad-colour}, {@code bucket-pixels}, {@code
   * bucket-step-px} and {@code bucket-max-ratio} of a section.
   *
   * @param presetSidePx side of the square where the section says nothing; 0 for the presets' sides
   * @param presets what else is in force where the section says nothing
   */
  static Geometry from(RecipeReader recipe, String section, int presetSidePx, Geometry presets) {
    ResizeMode mode = recipe.choice(section + "mode", presets.mode());
    int side = side(recipe, section + "side-px", presetSidePx);
    int width = side(recipe, section + "width-px", 0);
    int height = side(recipe, section + "height-px", 0);
    int elseWidth = side > 0 ? side : presets.widthPx();
    int elseHeight = side > 0 ? side : presets.heightPx();
    WhenSmaller whenSmaller = recipe.choice(section + "when-smaller", presets.whenSmaller());
    Resampling resampling = recipe.choice(section + "resampling", presets.resampling());
    int padRgb = colour(recipe, section + "pad-colour", presets.padRgb());
    AspectBuckets buckets = buckets(recipe, section, mode);
    if (mode == ResizeMode.BUCKET && whenSmaller == WhenSmaller.KEEP) {
      recipe.problem(
          section + "when-smaller",
          "keep leaves pictures of other shapes than the buckets'; choose enlarge or reject");
    }
    return new Geometry(
        mode,
        width > 0 ? width : elseWidth,
        height > 0 ? height : elseHeight,
        whenSmaller,
        resampling,
        padRgb,
        buckets);
  }

  private static AspectBuckets buckets(RecipeReader recipe, String section, ResizeMode mode) {
    int pixels = recipe.integer(section + "bucket-pixels", 65_536, 256, 16_777_216);
    int step = recipe.integer(section + "bucket-step-px", 64, 8, 1024);
    double maxRatio = recipe.number(section + "bucket-max-ratio", 2.0, 1.0, 16.0);
    if (mode != ResizeMode.BUCKET) {
      return AspectBuckets.NONE;
    }
    AspectBuckets buckets = AspectBuckets.of(pixels, step, maxRatio, MAX_TARGET_PX);
    if (buckets.shapes().isEmpty()) {
      recipe.problem(
          section + "bucket-step-px",
          "no shape of " + pixels + " pixels has sides that are multiples of " + step);
      return new AspectBuckets(List.of(new AspectBuckets.Shape(step, step)));
    }
    return buckets;
  }

  /** A side in pixels; 0 where another key gives it. */
  private static int side(RecipeReader recipe, String key, int preset) {
    int side = recipe.integer(key, preset, 0, MAX_TARGET_PX);
    if (side < MIN_TARGET_PX && side != preset) {
      recipe.problem(key, side + " is out of range: must be 16 to 4096");
      return preset;
    }
    return side;
  }

  private static int colour(RecipeReader recipe, String key, int preset) {
    String text = recipe.text(key, String.format(Locale.ROOT, "#%06x", preset));
    if (!COLOUR.matcher(text).matches()) {
      recipe.problem(key, "'" + text + "' is not a colour: write it like '#ffffff', in quotes");
      return preset;
    }
    return Integer.parseInt(text.substring(1), 16);
  }

  /** Shape and scaling, for a person. */
  String inWords() {
    String shape =
        mode == ResizeMode.BUCKET
            ? "the nearest of " + buckets.shapes().size() + " shapes"
            : widthPx + "x" + heightPx + " px";
    String smaller =
        switch (whenSmaller) {
          case ENLARGE -> "smaller ones enlarged";
          case KEEP -> "smaller ones left as they are";
          case REJECT -> "smaller ones rejected";
        };
    return "%s to %s by %s, %s"
        .formatted(RecipeReader.word(mode), shape, RecipeReader.word(resampling), smaller);
  }

  /**
   * Layout of the prepared picture that is made of this part.
   *
   * <p>Rejects: {@code IMAGE_SMALLER_THAN_TARGET}, {@code PREPARED_IMAGE_TOO_LARGE}.
   */
  public Outcome<Layout> layout(PixelBox part) {
    Layout wanted = wanted(part);
    PixelBox source = wanted.source();
    boolean enlarges =
        wanted.scaledWidthPx() > source.widthPx() || wanted.scaledHeightPx() > source.heightPx();
    if (enlarges && whenSmaller == WhenSmaller.REJECT) {
      return Outcome.rejected(
          RejectReason.IMAGE_SMALLER_THAN_TARGET,
          "the image would have to be enlarged: of %sx%s px, %sx%s would become %sx%s"
              .formatted(
                  part.widthPx(),
                  part.heightPx(),
                  source.widthPx(),
                  source.heightPx(),
                  wanted.scaledWidthPx(),
                  wanted.scaledHeightPx()),
          (long) wanted.scaledWidthPx() * source.heightPx()
                  > (long) wanted.scaledHeightPx() * source.widthPx()
              ? Measured.atLeast("source_width_px", source.widthPx(), wanted.scaledWidthPx(), "px")
              : Measured.atLeast(
                  "source_height_px", source.heightPx(), wanted.scaledHeightPx(), "px"));
    }
    Layout layout = enlarges && whenSmaller == WhenSmaller.KEEP ? kept(wanted) : wanted;
    long pixels = (long) layout.widthPx() * layout.heightPx();
    int side = Math.max(layout.widthPx(), layout.heightPx());
    if (side > MAX_SIDE_PX || pixels > MAX_PIXELS) {
      return Outcome.rejected(
          RejectReason.PREPARED_IMAGE_TOO_LARGE,
          "the prepared image would have " + layout.widthPx() + "x" + layout.heightPx() + " px",
          pixels > MAX_PIXELS
              ? Measured.atMost("prepared_pixels", pixels, MAX_PIXELS, "pixels")
              : Measured.atMost("prepared_side_px", side, MAX_SIDE_PX, "px"));
    }
    return Outcome.kept(layout);
  }

  private Layout wanted(PixelBox part) {
    return switch (mode) {
      case CENTER_CROP -> cropped(part, widthPx, heightPx);
      case BUCKET -> {
        AspectBuckets.Shape shape = buckets.nearest(part.widthPx(), part.heightPx());
        yield cropped(part, shape.widthPx(), shape.heightPx());
      }
      case STRETCH -> Layout.filled(part, widthPx, heightPx);
      case KEEP_RATIO_SMALLEST -> scaled(part, widerThan(part) >= 0);
      case KEEP_RATIO_LARGEST -> scaled(part, widerThan(part) <= 0);
      case PAD -> {
        Layout whole = scaled(part, widerThan(part) <= 0);
        yield onCanvas(part, whole.widthPx(), whole.heightPx());
      }
    };
  }

  /** Positive where the wanted shape is wider than the part's, 0 where both are equal. */
  private int widerThan(PixelBox part) {
    return Long.compare((long) widthPx * part.heightPx(), (long) heightPx * part.widthPx());
  }

  /** The wanted layout without enlarging. Only {@code STRETCH} still shrinks a side. */
  private Layout kept(Layout wanted) {
    PixelBox source = wanted.source();
    return switch (mode) {
      case STRETCH ->
          Layout.filled(
              source,
              Math.min(source.widthPx(), wanted.widthPx()),
              Math.min(source.heightPx(), wanted.heightPx()));
      case PAD -> onCanvas(source, source.widthPx(), source.heightPx());
      default -> Layout.filled(source, source.widthPx(), source.heightPx());
    };
  }

  private static Layout cropped(PixelBox part, int width, int height) {
    boolean wide = (long) part.widthPx() * height > (long) part.heightPx() * width;
    int cropWidth = wide ? rounded(part.heightPx(), width, height) : part.widthPx();
    int cropHeight = wide ? part.heightPx() : rounded(part.widthPx(), height, width);
    int left = part.leftPx() + (part.widthPx() - cropWidth) / 2;
    int top = part.topPx() + (part.heightPx() - cropHeight) / 2;
    return Layout.filled(new PixelBox(left, top, cropWidth, cropHeight), width, height);
  }

  private Layout scaled(PixelBox part, boolean byWidth) {
    return byWidth
        ? Layout.filled(part, widthPx, rounded(widthPx, part.heightPx(), part.widthPx()))
        : Layout.filled(part, rounded(heightPx, part.widthPx(), part.heightPx()), heightPx);
  }

  private Layout onCanvas(PixelBox part, int width, int height) {
    return new Layout(
        part, width, height, (widthPx - width) / 2, (heightPx - height) / 2, widthPx, heightPx);
  }

  /** {@code side * over / under} to the nearest whole number, at least 1. */
  private static int rounded(int side, int over, int under) {
    return (int) Math.max(1, ((long) side * over * 2 + under) / (2L * under));
  }

  /** How a picture of any shape becomes one of the wanted shape. */
  public enum ResizeMode {
    /** The largest centred part of the wanted shape, scaled to the wanted size. */
    CENTER_CROP,
    /** The whole picture, scaled until it covers the wanted size; keeps its own shape. */
    KEEP_RATIO_SMALLEST,
    /** The whole picture, scaled until it fits into the wanted size; keeps its own shape. */
    KEEP_RATIO_LARGEST,
    /** The whole picture, scaled until it fits, in the middle of a canvas of the wanted size. */
    PAD,
    /** The whole picture, both sides scaled each on its own. */
    STRETCH,
    /** As {@link #CENTER_CROP}, to the shape of a table that is nearest to the picture's own. */
    BUCKET
  }

  /** Treatment of a picture that would have to be enlarged. */
  public enum WhenSmaller {
    /** The picture is enlarged. */
    ENLARGE,
    /** The picture keeps its size: only a larger one is scaled. */
    KEEP,
    /** The picture is rejected. */
    REJECT
  }

  /** How the pixels of a scaled picture are made of the original's. */
  public enum Resampling {
    /** The mean of the area that a pixel covers; cubic where the picture is enlarged. */
    AREA,
    /**
     * A triangle of the width of two pixels of the result, or of the original where it enlarges.
     */
    BILINEAR,
    /** The cubic kernel over four pixels, widened likewise when it shrinks. */
    BICUBIC,
    /** The Lanczos kernel over six pixels, widened likewise when it shrinks. */
    LANCZOS
  }

  /**
   * Where the pixels of a result come from and where they go. All in upright pixels.
   *
   * @param source the part of the original that is scaled
   * @param scaledWidthPx width to which it is scaled
   * @param scaledHeightPx height to which it is scaled
   * @param leftPx columns of canvas to the left of it
   * @param topPx rows of canvas above it
   * @param widthPx width of the result
   * @param heightPx height of the result
   */
  public record Layout(
      PixelBox source,
      int scaledWidthPx,
      int scaledHeightPx,
      int leftPx,
      int topPx,
      int widthPx,
      int heightPx) {

    /** How many times the picture shrinks, on the side on which it shrinks less. */
    public double shrinks() {
      return Math.min(
          (double) source.widthPx() / scaledWidthPx, (double) source.heightPx() / scaledHeightPx);
    }

    /** Whether there is any canvas around the picture. */
    public boolean isPadded() {
      return scaledWidthPx != widthPx || scaledHeightPx != heightPx;
    }

    static Layout filled(PixelBox source, int widthPx, int heightPx) {
      return new Layout(source, widthPx, heightPx, 0, 0, widthPx, heightPx);
    }
  }
}
