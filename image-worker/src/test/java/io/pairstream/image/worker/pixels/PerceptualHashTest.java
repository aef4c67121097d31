package io.pairstream.image.worker.pixels;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PerceptualHashTest {

  @AutoClose final PointerScope scope = new PointerScope();

  private static long hash(Mat bgr) {
    return both(bgr).upright();
  }

  private static PerceptualHash both(Mat bgr) {
    DecodedPicture picture = new OpenCvDecoder.Decoded(bgr, new PlaneScaler());
    return PerceptualHash.of(picture.squeezed(PerceptualHash.side(ColourConversion.NONE)));
  }

  private static Mat jpeg(Mat picture, int quality) {
    return DrawnMats.decoded(
        DrawnMats.encoded(picture, ".jpg", opencv_imgcodecs.IMWRITE_JPEG_QUALITY, quality));
  }

  private static Mat flat(int blue, int green, int red) {
    return new Mat(300, 400, opencv_core.CV_8UC3, new Scalar(blue, green, red, 0));
  }

  private static int distance(long one, long other) {
    return Long.bitCount(one ^ other);
  }

  /** A photograph of fine stripes: a fence, a blind, cloth. 259 of them, and grain. */
  private static Mat striped(int number) {
    Mat picture = DrawnMats.draw(1036, 700, number);
    for (int x = 0; x < picture.cols(); x += 4) {
      Mat stripe = picture.colRange(x, x + 2);
      opencv_core.add(stripe, new Mat(new double[] {60, 60, 60, 0}), stripe);
    }
    return picture;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.2, 0.5, 0.67, 1.5, 2})
  void staysNearWhenRescaled(double factor) {
    for (int number = 1; number <= 10; number++) {
      Mat picture = striped(number);
      Mat copy = new Mat();
      int method = factor < 1 ? opencv_imgproc.INTER_AREA : opencv_imgproc.INTER_LANCZOS4;
      opencv_imgproc.resize(picture, copy, new Size(), factor, factor, method);

      assertThat(distance(hash(picture), hash(copy))).as("%d", number).isLessThanOrEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 75, 85, 95})
  void staysNearWhenReEncoded(int quality) {
    for (int number = 1; number <= 10; number++) {
      Mat picture = striped(number);

      assertThat(distance(hash(picture), hash(jpeg(picture, quality)))).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void photographsDifferInAnEvenNumberOfBits() {
    for (int number = 1; number <= 10; number++) {
      assertThat(Long.bitCount(hash(striped(number)))).isEqualTo(32);
    }
  }

  @Test
  void tellsPicturesApart() {
    Mat picture = Golden.picture(400, 300);
    Mat mirrored = new Mat();
    opencv_core.flip(picture, mirrored, 1);

    assertThat(distance(hash(picture), hash(mirrored))).isGreaterThan(16);
    assertThat(distance(both(picture).mirrored(), hash(mirrored))).isLessThanOrEqualTo(2);
    assertThat(distance(hash(picture), both(mirrored).mirrored())).isLessThanOrEqualTo(2);
  }

  @Test
  void flatPicturesOfOneColourAreCopies() {
    assertThat(hash(flat(200, 32, 64)))
        .isEqualTo(hash(flat(200, 32, 64)))
        .isEqualTo(hash(jpeg(flat(200, 32, 64), 75)));
  }

  @Test
  void flatPicturesOfDifferentColoursAreNoCopies() {
    int[] levels = {0, 64, 128, 255};
    long[] hashes = new long[levels.length * levels.length * levels.length];
    int count = 0;
    for (int blue : levels) {
      for (int green : levels) {
        for (int red : levels) {
          hashes[count++] = hash(flat(blue, green, red));
        }
      }
    }

    for (int i = 0; i < hashes.length; i++) {
      for (int j = 0; j < i; j++) {
        assertThat(distance(hashes[i], hashes[j])).isGreaterThan(10);
      }
    }
  }
}
