package io.pairstream.image.worker.pixels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PictureMeasuresTest {

  @AutoClose final PointerScope scope = new PointerScope();

  private static Map<String, Double> measure(Mat bgr) {
    return PictureMeasures.of(new OpenCvPicture(bgr));
  }

  private static Mat flat(int width, int height, int blue, int green, int red) {
    Mat picture = new Mat(height, width, opencv_core.CV_8UC3);
    picture.setTo(colour(blue, green, red));
    return picture;
  }

  private static Mat colour(int blue, int green, int red) {
    return new Mat(new double[] {blue, green, red});
  }

  /** A picture with an area of another colour. */
  private static void fill(Mat picture, int x, int y, int width, int height, Mat colour) {
    new Mat(picture, new Rect(x, y, width, height)).setTo(colour);
  }

  @ParameterizedTest
  @MethodSource("io.pairstream.image.worker.pixels.Golden#measures")
  void measuresWhatTheReferenceMeasures(String name) {
    double expected = Golden.number(name);

    assertThat(measure(Golden.picture(342, 256)).get(name))
        .isCloseTo(expected, within(1e-6 + expected * 1e-6));
  }

  @Test
  void flatPictureHasNothingButALevel() {
    Map<String, Double> measures = measure(flat(256, 256, 120, 120, 120));

    assertThat(measures)
        .containsEntry("sharpness", 0.0)
        .containsEntry("entropy_bits", 0.0)
        .containsEntry("luma_mean", 120.0)
        .containsEntry("contrast", 0.0)
        .containsEntry("dark_share", 0.0)
        .containsEntry("bright_share", 0.0)
        .containsEntry("colour_deviation", 0.0)
        .containsEntry("colourfulness", 0.0)
        .containsEntry("border_left_share", 1.0)
        .containsEntry("border_bottom_share", 1.0);
  }

  @Test
  void findsTheBarOfEachSide() {
    Mat picture = Golden.picture(256, 256);
    fill(picture, 0, 0, 256, 32, colour(0, 0, 0));
    fill(picture, 0, 240, 256, 16, colour(0, 0, 0));
    fill(picture, 0, 0, 8, 256, colour(0, 0, 0));

    assertThat(measure(picture))
        .containsEntry("border_top_share", 0.125)
        .containsEntry("border_bottom_share", 0.0625)
        .containsEntry("border_left_share", 8 / 256.0)
        .containsEntry("border_right_share", 0.0);
  }

  @ParameterizedTest
  @CsvSource({"512, 512", "1024, 768", "128, 96", "64, 640"})
  void anotherSizeMeasuresAlike(int width, int height) {
    Mat original = Golden.picture(256, 256);
    opencv_imgproc.GaussianBlur(original, original, new Size(0, 0), 4);
    Mat scaled = new Mat();
    opencv_imgproc.resize(
        original, scaled, new Size(width, height), 0, 0, opencv_imgproc.INTER_CUBIC);

    Map<String, Double> expected = measure(original);
    Map<String, Double> measured = measure(scaled);

    assertThat(measured.keySet()).isEqualTo(expected.keySet());
    assertThat(measured.get("luma_mean")).isCloseTo(expected.get("luma_mean"), within(2.0));
    assertThat(measured.get("entropy_bits")).isCloseTo(expected.get("entropy_bits"), within(0.2));
    assertThat(measured.get("contrast")).isCloseTo(expected.get("contrast"), within(4.0));
  }
}
