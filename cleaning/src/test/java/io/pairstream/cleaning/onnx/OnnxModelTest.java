package io.pairstream.cleaning.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.cleaning.onnx.OnnxModel.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxModelTest {

  @TempDir private Path folder;

  private static byte[] model(String name) throws IOException {
    try (InputStream in =
        OnnxModelTest.class.getResourceAsStream(
            "/io/pairstream/cleaning/image/models/" + name + ".onnx")) {
      return in.readAllBytes();
    }
  }

  private OnnxModel read(byte[] bytes) throws IOException {
    return OnnxModel.read(Files.write(folder.resolve("model.onnx"), bytes));
  }

  @Test
  void readsInputsAndOutputs() throws IOException {
    OnnxModel model = read(model("brightness-and-tokens"));

    assertThat(model.inputs())
        .containsExactly(
            new Tensor("pixels", Tensor.FLOAT32, List.of(1L, 3L, 16L, 16L)),
            new Tensor("ids", Tensor.INT64, List.of(1L, 8L)));
    assertThat(model.outputs()).containsExactly(new Tensor("score", Tensor.FLOAT32, List.of()));
  }

  @Test
  void namedDimensionTakesAnyLength() throws IOException {
    Tensor pixels = read(model("channels-last")).inputs().get(0);

    assertThat(pixels.shape()).containsExactly(Tensor.ANY, Tensor.ANY, Tensor.ANY, 3L);
    assertThat(pixels.takes(List.of(1L, 224L, 224L, 3L))).isTrue();
    assertThat(pixels.takes(List.of(1L, 3L, 224L, 224L))).isFalse();
    assertThat(pixels.takes(List.of(224L, 224L, 3L))).isFalse();
  }

  @Test
  void refusesWhatIsNoModel() {
    assertThatThrownBy(() -> read(new byte[0])).isInstanceOf(IOException.class);
    assertThatThrownBy(
            () -> read("<html></html>".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
        .isInstanceOf(IOException.class);
  }

  /** A graph of one initializer whose data_location is EXTERNAL. */
  @Test
  void refusesWeightsThatNoDigestOfTheFileCovers() {
    byte[] model = {0x3A, 4, 0x2A, 2, 0x70, 1};

    assertThatThrownBy(() -> read(model)).hasMessageContaining("save it as one file");
  }

  @Test
  void survivesAnyDamage() throws IOException {
    byte[] whole = model("mean-brightness");
    Random random = new Random(7);
    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      byte[] damaged = whole.clone();
      for (int flips = 0; flips <= i % 8; flips++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(OnnxModel.read(ByteBuffer.wrap(damaged)).outputs()).isNotEmpty();
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }
}
