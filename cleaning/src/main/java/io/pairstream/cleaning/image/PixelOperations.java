package io.pairstream.cleaning.image;

import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PixelOperations.PixelOperation.Kind;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes to a picture's pixels: noise first, because what follows would raise it; then levels;
 * then edges; the colour model last.
 *
 * <p>All is off unless a recipe asks for it. A generator learns to draw what it is shown: without
 * grain, or with halos at every edge.
 *
 * @param inOrder the changes, in the order in which they are made
 * @param colour what the channels of the result are
 */
public record PixelOperations(List<PixelOperation> inOrder, PictureColour colour) {

  /** The pixels as they are. */
  public static final PixelOperations NONE = new PixelOperations(List.of(), PictureColour.RGB);

  public PixelOperations {
    inOrder = List.copyOf(inOrder);
  }

  /** Reads the keys below {@code pixels}, but for {@code pixels.normalisation}. */
  public static PixelOperations from(RecipeReader recipe) {
    List<PixelOperation> operations = new ArrayList<>();
    addDenoise(recipe, operations);
    addEnhance(recipe, operations);
    PictureColour colour = recipe.choice("pixels.colour", PictureColour.RGB);
    return new PixelOperations(operations, colour);
  }

  private static void addDenoise(RecipeReader recipe, List<PixelOperation> operations) {
    String denoise =
        recipe.choice(
            "pixels.denoise", "none", "none", "gaussian", "median", "bilateral", "nl-means");
    int kernelPx = recipe.integer("pixels.denoise-kernel-px", 5, 3, 31);
    double sigmaPx = recipe.number("pixels.denoise-sigma-px", 0, 0, 100);
    double strengthLevels = recipe.number("pixels.denoise-strength-levels", 10, 0.1, 255);
    if (kernelPx % 2 == 0) {
      recipe.problem("pixels.denoise-kernel-px", kernelPx + " is even; a kernel has a centre");
    }
    switch (denoise) {
      case "gaussian" -> operations.add(new PixelOperation(Kind.GAUSSIAN, kernelPx, sigmaPx, 0));
      case "median" -> operations.add(new PixelOperation(Kind.MEDIAN, kernelPx, 0, 0));
      case "bilateral" ->
          operations.add(
              new PixelOperation(
                  Kind.BILATERAL,
                  kernelPx,
                  sigmaPx == 0 ? sigmaOf(kernelPx) : sigmaPx,
                  strengthLevels));
      case "nl-means" -> operations.add(new PixelOperation(Kind.NL_MEANS, 0, 0, strengthLevels));
      default -> {}
    }
  }

  private static void addEnhance(RecipeReader recipe, List<PixelOperation> operations) {
    double gamma = recipe.number("pixels.gamma", 1, 0.1, 10);
    if (gamma != 1) {
      operations.add(new PixelOperation(Kind.GAMMA, 0, 0, gamma));
    }
    String equalise = recipe.choice("pixels.equalise", "none", "none", "global", "clahe");
    double clipLimit = recipe.number("pixels.clahe-clip-limit", 2, 0, 1000);
    int tiles = recipe.integer("pixels.clahe-tiles", 8, 1, 64);
    if (equalise.equals("global")) {
      operations.add(new PixelOperation(Kind.EQUALISE, 0, 0, 0));
    } else if (equalise.equals("clahe")) {
      operations.add(new PixelOperation(Kind.CLAHE, tiles, 0, clipLimit));
    }
    double amount = recipe.number("pixels.sharpen-amount", 0, 0, 10);
    double sigmaPx = recipe.number("pixels.sharpen-sigma-px", 1, 0.1, 100);
    if (amount > 0) {
      operations.add(new PixelOperation(Kind.SHARPEN, 0, sigmaPx, amount));
    }
  }

  /** The sigma that OpenCV gives to a Gaussian kernel of that size. */
  private static double sigmaOf(int kernelPx) {
    return 0.3 * ((kernelPx - 1) * 0.5 - 1) + 0.8;
  }

  /**
   * Notes a problem where an encoding cannot store the colour model: a JPEG's encoder takes three
   * channels for RGB and would halve the resolution of two that mean something else.
   *
   * @param key the key that chose the encoding
   */
  public void check(ImageEncoding encoding, String key, RecipeReader recipe) {
    if (encoding == ImageEncoding.JPEG && colour != PictureColour.RGB && colour.channels() == 3) {
      recipe.problem(
          "pixels.colour",
          colour.label() + " cannot be stored as jpeg; set " + key + " to png or raw");
    }
  }

  /**
   * One change to the pixels of a picture that is already at its size.
   *
   * @param kind what is done; it says which of the others count
   * @param size side of a kernel in pixels, or number of tiles per side
   * @param sigmaPx standard deviation of a Gaussian in pixels; 0 where the kernel's size gives it
   * @param strength how much, in the unit of the kind
   */
  public record PixelOperation(Kind kind, int size, double sigmaPx, double strength) {

    /** Kinds of changes to pixels. */
    public enum Kind {
      /** Blur by a Gaussian kernel: size, sigma. */
      GAUSSIAN,
      /** The median of the neighbourhood: size. */
      MEDIAN,
      /** Blur that stops at edges: size, sigma, and how far levels may differ as the strength. */
      BILATERAL,
      /** The mean of similar patches: the filter's h, in levels, as the strength. */
      NL_MEANS,
      /** Each level to the power of the strength, 0 to 255 taken as 0 to 1. */
      GAMMA,
      /** The luma's histogram made even over the whole picture. */
      EQUALISE,
      /** The luma's histogram made even tile by tile: size x size tiles; clip limit as strength. */
      CLAHE,
      /** Unsharp mask: sigma, and the amount as the strength. */
      SHARPEN
    }
  }

  /** Colour model of a picture's channels. */
  public enum PictureColour {
    RGB(3),
    GREY(1),
    HSV(3),
    LAB(3),
    YCRCB(3);

    private final int channels;

    PictureColour(int channels) {
      this.channels = channels;
    }

    public int channels() {
      return channels;
    }

    /** The name in records and recipes: rgb, grey, hsv, lab, ycrcb. */
    public String label() {
      return RecipeReader.word(this);
    }
  }
}
