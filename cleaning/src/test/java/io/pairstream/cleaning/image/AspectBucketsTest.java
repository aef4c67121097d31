package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.image.AspectBuckets.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AspectBucketsTest {

  @Test
  void hasTheTallestShapeOfEachWidthAndTheSameOnItsSide() {
    assertThat(AspectBuckets.of(65_536, 64, 2.0, 4096).shapes())
        .extracting(shape -> shape.widthPx() + "x" + shape.heightPx())
        .containsExactly("192x320", "256x256", "320x192");
    assertThat(AspectBuckets.of(512 * 768, 64, 2.0, 4096).shapes())
        .extracting(shape -> shape.widthPx() + "x" + shape.heightPx())
        .containsExactly(
            "448x832", "512x768", "512x704", "576x640", "640x576", "704x512", "768x512", "832x448");
  }

  @ParameterizedTest
  @CsvSource({"65536, 64, 2.0", "262144, 64, 2.0", "1048576, 64, 4.0", "65536, 8, 3.0"})
  void keepsItsPromises(int pixels, int stepPx, double maxRatio) {
    AspectBuckets buckets = AspectBuckets.of(pixels, stepPx, maxRatio, 4096);

    assertThat(buckets.shapes())
        .isNotEmpty()
        .allSatisfy(
            shape -> {
              assertThat(shape.widthPx() % stepPx + shape.heightPx() % stepPx).isZero();
              assertThat(shape.widthPx() * shape.heightPx()).isLessThanOrEqualTo(pixels);
              assertThat(Math.max(shape.ratio(), 1 / shape.ratio())).isLessThanOrEqualTo(maxRatio);
              assertThat(buckets.shapes()).contains(onItsSide(shape));
            });
    assertThat(buckets.shapes()).extracting(Shape::ratio).isSorted().doesNotHaveDuplicates();
  }

  private static Shape onItsSide(Shape shape) {
    return new Shape(/* widthPx= */ shape.heightPx(), /* heightPx= */ shape.widthPx());
  }

  @Test
  void measuresDistanceByTheLogarithmOfTheRatio() {
    AspectBuckets two =
        new AspectBuckets(java.util.List.of(new Shape(64, 128), new Shape(128, 64)));

    assertThat(two.nearest(999, 1000)).isEqualTo(new Shape(64, 128));
    assertThat(two.nearest(1001, 1000)).isEqualTo(new Shape(128, 64));
  }
}
