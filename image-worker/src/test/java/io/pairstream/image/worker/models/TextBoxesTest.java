package io.pairstream.image.worker.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.image.plan.TextReading;
import io.pairstream.image.worker.models.TextBoxes.Corner;
import io.pairstream.image.worker.models.TextBoxes.Found;
import io.pairstream.image.worker.models.TextBoxes.TextBox;
import io.pairstream.image.worker.pixels.DrawnMats;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // the scope works by being open
class TextBoxesTest {

  private static final TextReading READING =
      new TextReading("", "", 736, 1600, 0.3, 0.6, 1.5, 0.5, 100);

  private final TextBoxes boxes = new TextBoxes(READING);

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = TextBoxesTest.class.getResourceAsStream("/io/pairstream/image/" + name)) {
      return in.readAllBytes();
    }
  }

  private static double[] numbers(TextBox box) {
    return Stream.of(box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft())
        .flatMap(corner -> Stream.of(corner.x(), corner.y()))
        .mapToDouble(Float::doubleValue)
        .toArray();
  }

  /** {@code src/test/reference/text_reference.py} has drawn the map and found the boxes. */
  @Test
  void boxesAreThoseOfTheReferenceInItsOrder() throws IOException {
    List<double[]> golden =
        new String(resource("text-golden.txt"), StandardCharsets.US_ASCII)
            .lines()
            .map(line -> line.substring("box ".length()).split(" "))
            .map(line -> Arrays.stream(line).mapToDouble(Double::parseDouble).toArray())
            .toList();

    List<TextBox> found;
    try (PointerScope scope = new PointerScope()) {
      Mat levels = DrawnMats.decoded(resource("text-map.png"));
      float[] map = new float[levels.rows() * levels.cols()];
      for (int i = 0; i < map.length; i++) {
        map[i] = (levels.data().get(3L * i) & 0xFF) / 255f;
      }
      found = boxes.find(new FloatPointer(map), levels.rows(), levels.cols(), 500, 360).boxes();
    }

    assertThat(found).hasSameSizeAs(golden);
    for (int i = 0; i < found.size(); i++) {
      assertThat(numbers(found.get(i))).containsExactly(golden.get(i), within(2.0));
    }
  }

  @Test
  void aMapOfThousandsOfSpotsGivesAThousandBoxesAtMost() {
    int side = 640;
    try (PointerScope scope = new PointerScope()) {
      Mat map = Mat.zeros(side, side, opencv_core.CV_32FC1).asMat();
      FloatPointer numbers = new FloatPointer(map.data());
      for (int at = 0; at < side * side; at++) {
        numbers.put(at, at / side % 8 < 5 && at % side % 8 < 5 ? 1 : 0);
      }

      Found found = boxes.find(numbers, side, side, side, side);

      assertThat(found.boxes()).hasSizeBetween(900, 1_000);
      assertThat(found.share()).isBetween(0.1, 1.0);
    }
  }

  @Test
  void boxesEndAtThePicturesEdgeAndNumbersThatAreNoneAreNoText() {
    int side = 64;
    float[] map = new float[side * side];
    Arrays.fill(map, 0, 20 * side, 1);
    Arrays.fill(map, 40 * side, 60 * side, Float.NaN);

    Found found;
    try (PointerScope scope = new PointerScope()) {
      found = boxes.find(new FloatPointer(map), side, side, 128, 256);
    }

    assertThat(found.boxes()).hasSize(1);
    assertThat(found.boxes().get(0).topLeft()).isEqualTo(new Corner(0, 0));
    assertThat(found.boxes().get(0).bottomRight().x()).isEqualTo(127);
    assertThat(found.share()).isBetween(0.4, 0.5);
  }
}
