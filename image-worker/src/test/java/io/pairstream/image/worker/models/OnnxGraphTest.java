package io.pairstream.image.worker.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.image.model.OnnxBytes;
import io.pairstream.image.model.OnnxBytes.Place;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OnnxGraphTest {

  private static OnnxGraph graph(byte[] model) {
    return new OnnxGraph(ByteBuffer.wrap(model));
  }

  private static byte[] with(byte[] model, Object... fields) {
    byte[] more = OnnxBytes.message(fields);
    return ByteBuffer.allocate(model.length + more.length).put(model).put(more).array();
  }

  @ParameterizedTest
  @EnumSource
  void fileOfATensorIsSeenWhereverTheTensorLies(Place place) {
    assertThat(graph(OnnxBytes.model(place, "../a")).weightFiles()).containsExactly("../a");
  }

  /** In functions, training graphs, a second part of the graph, and graphs inside functions. */
  @Test
  void fileOutsideTheGraphIsSeen() {
    byte[] plain = OnnxBytes.model(5, OnnxBytes.tensor("w", 9, new byte[16]));
    byte[] tensor = OnnxBytes.external("v", "b");
    byte[] constant = OnnxBytes.message(4, "Constant", 5, OnnxBytes.message(1, "value", 5, tensor));
    byte[] several = OnnxBytes.message(4, "Foo", 5, OnnxBytes.message(1, "values", 10, tensor));
    byte[] inner = OnnxBytes.message(1, "body", 11, OnnxBytes.message(1, constant));

    assertThat(graph(plain).weightFiles()).isEmpty();
    for (byte[] model :
        new byte[][] {
          with(plain, 25, OnnxBytes.message(7, constant)),
          with(plain, 25, OnnxBytes.message(11, OnnxBytes.message(1, "preset", 5, tensor))),
          with(plain, 25, OnnxBytes.message(7, OnnxBytes.message(4, "Loop", 5, inner))),
          with(plain, 20, OnnxBytes.message(2, OnnxBytes.message(5, tensor))),
          with(plain, 7, OnnxBytes.message(5, tensor)),
          with(plain, 7, OnnxBytes.message(1, several)),
        }) {
      assertThat(graph(model).weightFiles()).containsExactly("b");
    }
  }

  /** Ways of protobuf to say twice what counts once. */
  @ParameterizedTest
  @CsvSource({"location, other", "other, location", "location, location"})
  void fieldThatIsThereTwiceHidesNoFile(String key, String otherKey) {
    byte[] entry = OnnxBytes.message(1, key, 1, otherKey, 2, "x", 2, "secret", 2, "x");
    byte[] weights = OnnxBytes.tensor("w", 13, entry, 14, 1);

    assertThat(graph(OnnxBytes.model(5, weights)).weightFiles()).containsExactly("x", "secret");
  }

  /** Protobuf drops what is above 32 bits of a field's key. */
  @Test
  void keyThatIsTooLongHidesNoFile() {
    byte[] entry = OnnxBytes.message(1, "location", 2, "secret");
    ByteBuffer weights = ByteBuffer.allocate(6 + entry.length);
    weights.put(new byte[] {(byte) 0xEA, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x10});
    weights.put((byte) entry.length).put(entry);

    assertThat(graph(OnnxBytes.model(5, weights.array())).weightFiles()).containsExactly("secret");
  }

  @Test
  void graphsThatLieTooDeepInEachOtherAreRefused() {
    byte[] graph = OnnxBytes.message(2, "innermost");
    for (int i = 0; i < 3_000; i++) {
      graph = OnnxBytes.message(1, OnnxBytes.message(5, OnnxBytes.message(6, graph)));
    }
    OnnxGraph deep = graph(OnnxBytes.message(7, graph));

    assertThatThrownBy(deep::weightFiles).hasMessageContaining("too deep in each other");
  }
}
