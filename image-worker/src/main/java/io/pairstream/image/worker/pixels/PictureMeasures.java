package io.pairstream.image.worker.pixels;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;

/**
 * Numbers that tell a good picture from a poor one.
 *
 * <p>All are taken at one size, 256 px on the shorter side, so that the values of a small and of a
 * large original compare: a picture of another size is scaled first.
 */
final class PictureMeasures {

  private static final int REFERENCE_PX = 256;
  private static final int LEVELS = 256;

  /**
   * Distance from black or white, in levels, up to which a pixel counts as clipped; resampling and
   * JPEG blur the extremes.
   */
  private static final int CLIPPED_LEVELS = 5;

  /** Largest difference between a bar's pixels, in levels; JPEG ripples beside a bar's edge. */
  private static final int BAR_LEVELS = 10;

  /** Colour is measured on every fourth pixel of every fourth row. */
  private static final int COLOUR_STRIDE = 4;

  private PictureMeasures() {}

  /**
   * Measures an upright picture; docs/recipe.md has each formula and its source. The caller's
   * {@code PointerScope} frees what this needs.
   */
  static Map<String, Double> of(SmallPicture picture) {
    Map<String, Double> measures = new LinkedHashMap<>();
    Mat reference = atReferenceSize(picture.luma());
    measures.put("sharpness", sharpness(reference));
    addLevels(reference, measures);
    addBorders(reference, measures);
    addColour(picture, measures);
    return measures;
  }

  private static Mat atReferenceSize(Mat picture) {
    int shorter = Math.min(picture.cols(), picture.rows());
    if (shorter == REFERENCE_PX) {
      return picture;
    }
    return OpenCvPicture.resized(
        picture,
        Math.round((float) picture.cols() * REFERENCE_PX / shorter),
        Math.round((float) picture.rows() * REFERENCE_PX / shorter),
        shorter > REFERENCE_PX ? opencv_imgproc.INTER_AREA : opencv_imgproc.INTER_LINEAR);
  }

  /** Variance of the Laplacian: Pech-Pacheco and others, ICPR 2000. */
  private static double sharpness(Mat luma) {
    Mat edges = new Mat();
    opencv_imgproc.Laplacian(luma, edges, opencv_core.CV_16S);
    double pixels = (double) edges.rows() * edges.cols();
    double mean = opencv_core.sumElems(edges).get(0) / pixels;
    return opencv_core.norm(edges, opencv_core.NORM_L2SQR, new Mat()) / pixels - mean * mean;
  }

  private static void addLevels(Mat luma, Map<String, Double> measures) {
    float[] counts = new float[LEVELS];
    Mat histogram = new Mat();
    opencv_imgproc.calcHist(
        new MatVector(luma),
        new IntPointer(new int[] {0}),
        new Mat(),
        histogram,
        new IntPointer(new int[] {LEVELS}),
        new FloatPointer(0f, LEVELS));
    new FloatPointer(histogram.data()).get(counts);

    double pixels = (double) luma.rows() * luma.cols();
    double sum = 0;
    double squares = 0;
    double entropyBits = 0;
    double dark = 0;
    double bright = 0;
    for (int level = 0; level < LEVELS; level++) {
      double share = counts[level] / pixels;
      if (share > 0) {
        sum += level * share;
        squares += (double) level * level * share;
        entropyBits -= share * Math.log(share) / Math.log(2);
      }
      if (level <= CLIPPED_LEVELS) {
        dark += share;
      }
      if (level >= LEVELS - 1 - CLIPPED_LEVELS) {
        bright += share;
      }
    }
    measures.put("entropy_bits", entropyBits);
    measures.put("luma_mean", sum);
    measures.put("contrast", Math.sqrt(Math.max(0, squares - sum * sum)));
    measures.put("dark_share", dark);
    measures.put("bright_share", bright);
  }

  /** Bars of one level, as around a film or a screenshot. */
  private static void addBorders(Mat luma, Map<String, Double> measures) {
    int width = luma.cols();
    int height = luma.rows();
    ByteBuffer pixels = luma.createBuffer();
    int stride = (int) luma.step();
    measures.put("border_left_share", bar(pixels, 0, 1, width, stride, height));
    measures.put("border_right_share", bar(pixels, width - 1, -1, width, stride, height));
    measures.put("border_top_share", bar(pixels, 0, stride, height, 1, width));
    measures.put(
        "border_bottom_share", bar(pixels, (height - 1) * stride, -stride, height, 1, width));
  }

  /**
   * Share of the lines, from the outermost inwards, whose pixels are all near the corner's level.
   *
   * @param start position of the corner
   * @param nextLine distance to the next line inwards
   * @param nextPixel distance to the next pixel on a line
   */
  private static double bar(
      ByteBuffer pixels, int start, int nextLine, int lines, int nextPixel, int linePixels) {
    int level = pixels.get(start) & 0xFF;
    for (int line = 0; line < lines; line++) {
      int at = start + line * nextLine;
      for (int i = 0; i < linePixels; i++, at += nextPixel) {
        if (Math.abs((pixels.get(at) & 0xFF) - level) > BAR_LEVELS) {
          return (double) line / lines;
        }
      }
    }
    return 1;
  }

  /**
   * How far the colours lie apart, and how colourful they look: Hasler and Süsstrunk, "Measuring
   * colourfulness in natural images", SPIE 2003.
   */
  private static void addColour(SmallPicture picture, Map<String, Double> measures) {
    int shorter = Math.min(picture.widthPx(), picture.heightPx());
    byte[] bgr = picture.sampledBgr((double) shorter * COLOUR_STRIDE / REFERENCE_PX);

    Spread blue = new Spread();
    Spread green = new Spread();
    Spread red = new Spread();
    Spread redOverGreen = new Spread();
    Spread twiceYellowOverBlue = new Spread();
    for (int i = 0; i < bgr.length; i += 3) {
      int b = bgr[i] & 0xFF;
      int g = bgr[i + 1] & 0xFF;
      int r = bgr[i + 2] & 0xFF;
      blue.add(b);
      green.add(g);
      red.add(r);
      redOverGreen.add(r - g);
      twiceYellowOverBlue.add(r + g - 2 * b);
    }
    double largest = Math.max(blue.variance(), Math.max(green.variance(), red.variance()));
    measures.put("colour_deviation", Math.sqrt(largest));
    double variance = redOverGreen.variance() + twiceYellowOverBlue.variance() / 4;
    double mean = Math.hypot(redOverGreen.mean(), twiceYellowOverBlue.mean() / 2);
    measures.put("colourfulness", Math.sqrt(variance) + 0.3 * mean);
  }

  private static final class Spread {

    private long count;
    private long sum;
    private long squares;

    void add(int value) {
      count++;
      sum += value;
      squares += (long) value * value;
    }

    double mean() {
      return (double) sum / count;
    }

    /** Exact but for the division, so never less than 0. */
    double variance() {
      return (double) (count * squares - sum * sum) / (count * count);
    }
  }
}
