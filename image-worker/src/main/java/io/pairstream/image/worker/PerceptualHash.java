package io.pairstream.image.worker;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * A hash that pictures with the same look share: the signs of the lowest spatial frequencies.
 *
 * <p>The picture is scaled to 32x32 grey levels and transformed by a DCT; of the 8x8 lowest
 * frequencies each gives one bit, set where it is above the median of the 63 that are not the mean
 * brightness. Row-major, the first in the highest bit. After Zauner, "Implementation and
 * Benchmarking of Perceptual Image Hash Functions" (2010), 3.2.1.
 */
final class PerceptualHash {

  private static final int SIDE = 32;
  private static final int LOW = 8;

  private PerceptualHash() {}

  /**
   * Hashes a picture. The caller's {@code PointerScope} frees what this needs.
   *
   * @param picture uint8 [side, side, 3], BGR
   */
  static long of(Mat picture) {
    Mat grey = new Mat();
    opencv_imgproc.cvtColor(picture, grey, opencv_imgproc.COLOR_BGR2GRAY);
    Mat small = new Mat();
    opencv_imgproc.resize(grey, small, new Size(SIDE, SIDE), 0, 0, opencv_imgproc.INTER_AREA);
    Mat levels = new Mat();
    small.convertTo(levels, opencv_core.CV_32F);
    Mat frequencies = new Mat();
    opencv_core.dct(levels, frequencies);
    float[] all = new float[SIDE * SIDE];
    new FloatPointer(frequencies.data()).get(all);

    float[] low = new float[LOW * LOW];
    for (int row = 0; row < LOW; row++) {
      System.arraycopy(all, row * SIDE, low, row * LOW, LOW);
    }
    float[] sorted = Arrays.copyOfRange(low, 1, low.length);
    Arrays.sort(sorted);
    float median = sorted[sorted.length / 2];
    long hash = 0;
    for (float frequency : low) {
      hash = hash << 1 | (frequency > median ? 1 : 0);
    }
    return hash;
  }
}
