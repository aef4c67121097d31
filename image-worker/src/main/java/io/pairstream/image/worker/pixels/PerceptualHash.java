package io.pairstream.image.worker.pixels;

import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;

/**
 * A hash that pictures with the same look share: the signs of the lowest spatial frequencies.
 *
 * <p>The whole upright picture, squeezed to 32x32 grey levels by averaging, is transformed by a
 * DCT; of the 8x8 lowest frequencies each gives one bit, set where it is above the median of the 63
 * that are not the mean brightness. Row-major, the first in the highest bit. After Zauner,
 * "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), 3.2.1; but for the
 * resampling it is the {@code phash} of Python's imagehash, so lists made with that fit.
 *
 * <p>The median splits the frequencies in halves, so 32 bits are set and two photographs differ in
 * an even number of them: a distance of 3 finds what 2 finds.
 *
 * <p>A flat picture has no frequencies to compare: rounding would decide, and all flat pictures
 * would look alike. Its hash is its mean colour instead, spread over the 64 bits, so that flat
 * pictures of different colours differ as different photographs do.
 *
 * @param upright hash of the picture
 * @param mirrored hash of the picture with left and right exchanged, which changes the sign of
 *     every second horizontal frequency
 */
record PerceptualHash(long upright, long mirrored) {

  private static final int SIDE = 32;

  /**
   * Side before colours are converted, in pixels: the mean of colours is not the colour's mean. Of
   * 122 photographs 16 differ by two bits from what 1024 gives, with 256 six, at an eighth of the
   * price.
   */
  static final int UNCONVERTED_SIDE = 64;

  private static final int LOW = 8;
  private static final int LEVELS = 256;

  /** Standard deviation, in levels, below which a picture is flat: JPEG alone makes about 0.5. */
  private static final double FLAT_LEVELS = 1;

  /**
   * Step in levels at which the colours of flat pictures count as different. A copy whose rounding
   * crosses to the next step is missed.
   */
  private static final int COLOUR_STEP = 8;

  /** Side to squeeze a picture to, in pixels, before its colours are converted and it is hashed. */
  static int side(ColourConversion conversion) {
    return conversion == ColourConversion.NONE ? SIDE : UNCONVERTED_SIDE;
  }

  /**
   * Hashes a picture. The caller's {@code PointerScope} frees what this needs.
   *
   * @param squeezed the whole upright picture in sRGB, of a {@link #side}
   */
  static PerceptualHash of(SmallPicture squeezed) {
    Mat luma = OpenCvPicture.resized(squeezed.luma(), SIDE, SIDE, opencv_imgproc.INTER_AREA);
    Mat mean = new Mat();
    Mat deviation = new Mat();
    opencv_core.meanStdDev(luma, mean, deviation);
    if (new DoublePointer(deviation.data()).get() < FLAT_LEVELS) {
      long hash = ofColour(opencv_core.mean(squeezed.bgr()));
      return new PerceptualHash(hash, hash);
    }
    float[] low = lowestFrequencies(luma);
    long upright = signs(low);
    for (int i = 1; i < low.length; i += 2) {
      low[i] = -low[i];
    }
    return new PerceptualHash(upright, signs(low));
  }

  /** float32 [8, 8], vertical frequency first. */
  private static float[] lowestFrequencies(Mat luma) {
    Mat levels = new Mat();
    luma.convertTo(levels, opencv_core.CV_32F);
    Mat frequencies = new Mat();
    opencv_core.dct(levels, frequencies);
    float[] low = new float[LOW * LOW];
    Mat lowest = new Mat(frequencies, new Rect(0, 0, LOW, LOW)).clone();
    new FloatPointer(lowest.data()).get(low);
    return low;
  }

  private static long signs(float[] low) {
    float[] sorted = Arrays.copyOfRange(low, 1, low.length);
    Arrays.sort(sorted);
    float median = sorted[sorted.length / 2];
    long hash = 0;
    for (float frequency : low) {
      hash = hash << 1 | (frequency > median ? 1 : 0);
    }
    return hash;
  }

  private static long ofColour(Scalar mean) {
    long colour = 0;
    for (int channel = 0; channel < 3; channel++) {
      colour = colour * LEVELS + (long) (mean.get(channel) + COLOUR_STEP / 2.0) / COLOUR_STEP;
    }
    // The finisher of SplitMix64 (Steele and others, OOPSLA 2014): each bit of the colour decides
    // about half of the hash.
    long hash = (colour + 1) * 0x9E3779B97F4A7C15L;
    hash = (hash ^ hash >>> 30) * 0xBF58476D1CE4E5B9L;
    hash = (hash ^ hash >>> 27) * 0x94D049BB133111EBL;
    return hash ^ hash >>> 31;
  }
}
