package io.pairstream.feed.augment;

import io.pairstream.feed.random.RandomNumbers;

/**
 * Gaussian blur where the first number drawn is below {@code probability}; a second one gives
 * {@code sigma = between(minSigmaPx, maxSigmaPx)}.
 *
 * <p>Over {@code r = ceil(3 sigma)} pixels to each side; the weight at distance d > 0 is {@code
 * floor(2^14 g_d / (g_0 + 2 (g_1 + ... + g_r)) + 0.5)} with {@code g_d = exp(-d d / (2 sigma
 * sigma))}, and the middle has what is left of 2^14. First along rows, {@code (sum + 2^7) >> 8},
 * then along columns of that, {@code (sum + 2^19) >> 20}. Beyond the edge the picture is mirrored,
 * its outermost pixels twice.
 *
 * @param probability 0 to 1; 0 switches it off
 * @param minSigmaPx smallest standard deviation in pixels, from 0.1
 * @param maxSigmaPx largest, at most 20
 */
public record Blur(double probability, double minSigmaPx, double maxSigmaPx) {

  static final String NAME = "blur";
  private static final int ONE = 1 << 14;

  /** Blurs nothing. */
  public static final Blur OFF = new Blur(0, 1, 1);

  public Blur {
    Range.require("blur: probability", probability, 0, 1);
    Range.require("blur: smallest sigma in pixels", minSigmaPx, 0.1, 20);
    Range.require("blur: largest sigma in pixels", maxSigmaPx, 0.1, 20);
    Range.requireOrdered("blur: sigmas", minSigmaPx, maxSigmaPx);
  }

  boolean isOff() {
    return probability == 0;
  }

  void apply(RandomNumbers random, Picture picture) {
    if (random.next() < probability) {
      blur(picture, weights(random.between(minSigmaPx, maxSigmaPx)));
    }
  }

  /** The weights at distances 0 to r, of 2^14. */
  static int[] weights(double sigma) {
    int reach = (int) Math.ceil(3 * sigma);
    double[] bell = new double[reach + 1];
    double sum = 0;
    for (int d = reach; d >= 0; d--) {
      bell[d] = StrictMath.exp(-(double) (d * d) / (2 * sigma * sigma));
      sum += d == 0 ? bell[d] : 2 * bell[d];
    }
    int[] weights = new int[reach + 1];
    weights[0] = ONE;
    for (int d = 1; d <= reach; d++) {
      weights[d] = (int) Math.floor(ONE * bell[d] / sum + 0.5);
      weights[0] -= 2 * weights[d];
    }
    return weights;
  }

  static void blur(Picture picture, int[] weights) {
    int rowLength = picture.widthPx() * picture.channels();
    int height = picture.heightPx();
    int reach = weights.length - 1;
    byte[] pixels = picture.pixels();
    int[] padded = new int[rowLength + 2 * reach * picture.channels()];
    int[][] rows = new int[height][rowLength];
    for (int y = 0; y < height; y++) {
      pad(pixels, y * rowLength, picture, reach, padded);
      int[] row = rows[y];
      int middle = reach * picture.channels();
      for (int i = 0; i < rowLength; i++) {
        row[i] = padded[middle + i] * weights[0];
      }
      for (int d = 1; d <= reach; d++) {
        addBoth(
            row,
            padded,
            middle - d * picture.channels(),
            middle + d * picture.channels(),
            weights[d]);
      }
      for (int i = 0; i < rowLength; i++) {
        row[i] = (row[i] + (1 << 7)) >> 8;
      }
    }

    int[] sums = new int[rowLength];
    for (int y = 0; y < height; y++) {
      int[] own = rows[y];
      for (int i = 0; i < rowLength; i++) {
        sums[i] = own[i] * weights[0] + (1 << 19);
      }
      for (int d = 1; d <= reach; d++) {
        addBoth(
            sums,
            rows[Border.reflected(y - d, height)],
            rows[Border.reflected(y + d, height)],
            weights[d]);
      }
      for (int i = 0, at = y * rowLength; i < rowLength; i++, at++) {
        pixels[at] = (byte) (sums[i] >> 20);
      }
    }
  }

  /** A row as ints, mirrored at both ends. */
  private static void pad(byte[] pixels, int row, Picture picture, int reach, int[] padded) {
    int width = picture.widthPx();
    int channels = picture.channels();
    for (int i = 0, at = reach * channels; i < width * channels; i++, at++) {
      padded[at] = pixels[row + i] & 0xff;
    }
    for (int d = 1; d <= reach; d++) {
      for (int c = 0; c < channels; c++) {
        padded[(reach - d) * channels + c] =
            pixels[row + Border.reflected(-d, width) * channels + c] & 0xff;
        padded[(reach + width - 1 + d) * channels + c] =
            pixels[row + Border.reflected(width - 1 + d, width) * channels + c] & 0xff;
      }
    }
  }

  private static void addBoth(int[] sums, int[] values, int before, int after, int weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * (values[before + i] + values[after + i]);
    }
  }

  private static void addBoth(int[] sums, int[] above, int[] below, int weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * (above[i] + below[i]);
    }
  }
}
