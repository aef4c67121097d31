package io.pairstream.image.worker.models;

import io.pairstream.image.plan.PictureInput.Resampling;
import java.util.function.DoubleUnaryOperator;

/**
 * Scales a picture as Pillow does, to the bit: rows first, then columns, each in 8 bits with
 * weights of {@value #PRECISION_BITS} bits. Pillow 13 begins with the columns where that is
 * quicker, which changes some levels by 1.
 *
 * @see <a
 *     href="https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Resample.c">Resample.c</a>
 */
final class PillowResize {

  private static final int PRECISION_BITS = 32 - 8 - 2;

  private PillowResize() {}

  /** One of Pillow's filters: weights by distance, and the distance beyond which they are 0. */
  private enum Filter {
    BOX(0.5, x -> x > -0.5 && x <= 0.5 ? 1 : 0),
    BILINEAR(1, x -> Math.abs(x) < 1 ? 1 - Math.abs(x) : 0),
    BICUBIC(2, x -> bicubic(Math.abs(x))),
    LANCZOS(3, x -> x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0);

    private final double support;
    private final DoubleUnaryOperator weight;

    Filter(double support, DoubleUnaryOperator weight) {
      this.support = support;
      this.weight = weight;
    }
  }

  private static double bicubic(double x) {
    double a = -0.5;
    if (x < 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
  }

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
  }

  /**
   * Scales a picture.
   *
   * @param levels uint8 [height, width, 3]
   * @return uint8 [newHeight, newWidth, 3]
   */
  static byte[] resize(
      byte[] levels, int width, int height, int newWidth, int newHeight, Resampling resampling) {
    Filter filter = Filter.valueOf(resampling.name());
    byte[] across = levels;
    if (newWidth != width) {
      Weights weights = Weights.of(width, newWidth, filter);
      across = new byte[height * newWidth * 3];
      for (int y = 0; y < height; y++) {
        weights.apply(levels, y * width * 3, 3, across, y * newWidth * 3, 3);
      }
    }
    if (newHeight == height) {
      return across;
    }
    Weights weights = Weights.of(height, newHeight, filter);
    byte[] scaled = new byte[newHeight * newWidth * 3];
    int row = newWidth * 3;
    for (int x = 0; x < newWidth; x++) {
      weights.apply(across, x * 3, row, scaled, x * 3, row);
    }
    return scaled;
  }

  /**
   * Weights of the old pixels of a line in its new ones.
   *
   * @param from index of the first old pixel
   * @param weights of the old pixels from there, in fixed point
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Weights(int[] from, int[][] weights) {

    static Weights of(int size, int newSize, Filter filter) {
      double scale = (double) size / newSize;
      double filterScale = Math.max(scale, 1);
      double support = filter.support * filterScale;
      int[] from = new int[newSize];
      int[][] weights = new int[newSize][];
      for (int i = 0; i < newSize; i++) {
        double centre = (i + 0.5) * scale;
        from[i] = Math.max(0, (int) (centre - support + 0.5));
        int to = Math.min(size, (int) (centre + support + 0.5));
        double[] exact = new double[to - from[i]];
        double sum = 0;
        for (int x = 0; x < exact.length; x++) {
          exact[x] = filter.weight.applyAsDouble((x + from[i] - centre + 0.5) * (1 / filterScale));
          sum += exact[x];
        }
        weights[i] = new int[exact.length];
        for (int x = 0; x < exact.length; x++) {
          double weight = (sum == 0 ? exact[x] : exact[x] / sum) * (1 << PRECISION_BITS);
          weights[i][x] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
        }
      }
      return new Weights(from, weights);
    }

    /** Makes a line of new pixels of a line of old ones, in all three channels. */
    void apply(byte[] old, int oldAt, int oldStep, byte[] made, int madeAt, int madeStep) {
      for (int i = 0; i < from.length; i++) {
        int[] of = weights[i];
        int at = oldAt + from[i] * oldStep;
        int first = 1 << (PRECISION_BITS - 1);
        int second = first;
        int third = first;
        for (int weight : of) {
          first += (old[at] & 0xFF) * weight;
          second += (old[at + 1] & 0xFF) * weight;
          third += (old[at + 2] & 0xFF) * weight;
          at += oldStep;
        }
        int to = madeAt + i * madeStep;
        made[to] = level(first);
        made[to + 1] = level(second);
        made[to + 2] = level(third);
      }
    }

    private static byte level(int fixed) {
      return (byte) Math.max(0, Math.min(255, fixed >> PRECISION_BITS));
    }
  }
}
