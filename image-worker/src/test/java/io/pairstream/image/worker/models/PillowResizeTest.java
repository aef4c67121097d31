package io.pairstream.image.worker.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Sha256;
import io.pairstream.image.ShownGolden;
import io.pairstream.image.plan.PictureInput.Resampling;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares with Pillow itself, by {@code src/test/reference/shown_reference.py}. */
class PillowResizeTest {

  static Stream<String> resizes() {
    return ShownGolden.lines("resize ");
  }

  @ParameterizedTest
  @MethodSource("resizes")
  void bytesArePillows(String line) {
    String[] words = line.split(" ");
    int width = Integer.parseInt(words[1]);
    int height = Integer.parseInt(words[2]);

    byte[] scaled =
        PillowResize.resize(
            ShownGolden.rgb(width, height),
            width,
            height,
            Integer.parseInt(words[3]),
            Integer.parseInt(words[4]),
            Resampling.valueOf(words[0]));

    assertThat(Sha256.hex(scaled)).isEqualTo(words[5]);
  }
}
