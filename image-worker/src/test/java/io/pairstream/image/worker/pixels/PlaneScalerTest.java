package io.pairstream.image.worker.pixels;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.image.Geometry.Resampling;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlaneScalerTest {

  private final PlaneScaler scaler = new PlaneScaler();
  @AutoClose final PointerScope scope = new PointerScope();

  @ParameterizedTest(name = "{0}x{1} to {2}x{3}")
  @CsvSource({"300, 200, 150, 100", "301, 203, 96, 64", "500, 500, 499, 499", "640, 480, 33, 31"})
  void shrinksColourByTheMeanOfTheArea(int w, int h, int widthPx, int heightPx) {
    Mat picture = DrawnMats.draw(w, h, 3);

    Mat scaled = scaler.scaled(picture, widthPx, heightPx, Resampling.AREA);

    assertThat(Likeness.difference(scaled, DrawnMats.byArea(picture, widthPx, heightPx)))
        .isLessThan(0.6);
  }

  @Test
  void scalesAPartOfABiggerPicture() {
    Mat part = new Mat(DrawnMats.draw(301, 203, 3), new Rect(17, 5, 199, 151));

    Mat scaled = scaler.scaled(part, 50, 40, Resampling.AREA);

    assertThat(Likeness.difference(scaled, DrawnMats.byArea(part, 50, 40))).isLessThan(0.6);
  }

  /** A method that skipped pixels would make stripes of it. */
  @ParameterizedTest
  @EnumSource(Resampling.class)
  void meltsAFineGridIntoItsMean(Resampling resampling) {
    Mat grid = new Mat(200, 800, opencv_core.CV_8UC1, new Scalar(0));
    for (int x = 0; x < 800; x += 2) {
      grid.col(x).put(new Scalar(200));
    }

    Mat scaled = scaler.scaled(grid, 100, 30, resampling);

    Mat mean = new Mat(30, 100, opencv_core.CV_8UC1, new Scalar(100));
    assertThat(Likeness.difference(scaled, mean)).isLessThan(4);
  }

  @ParameterizedTest(name = "{0}x{1} to {2}x{3}")
  @CsvSource({
    "1, 1, 256, 256", "3, 2, 4096, 4096", "40000, 20, 16, 16",
    "20, 40000, 16, 16", "9000, 5000, 16, 16", "2, 40000, 4096, 16"
  })
  void scalesTheOddestShapes(int w, int h, int widthPx, int heightPx) {
    for (Resampling resampling : Resampling.values()) {
      Mat picture = new Mat(h, w, opencv_core.CV_8UC3, new Scalar(10, 120, 240, 0));

      Mat scaled = scaler.scaled(picture, widthPx, heightPx, resampling);

      Mat same = new Mat(heightPx, widthPx, opencv_core.CV_8UC3, new Scalar(10, 120, 240, 0));
      assertThat(Likeness.difference(scaled, same)).as("" + resampling).isLessThan(1.0);
    }
  }
}
