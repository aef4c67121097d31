package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.feed.augment.AugmentationPlan;
import io.pairstream.feed.augment.Blur;
import io.pairstream.feed.augment.Border;
import io.pairstream.feed.augment.ColourJitter;
import io.pairstream.feed.augment.Crop;
import io.pairstream.feed.augment.Flip;
import io.pairstream.feed.augment.Noise;
import io.pairstream.feed.augment.Rotation;
import io.pairstream.feed.augment.Scaling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AugmentationFileTest {

  @TempDir Path folder;

  @Test
  void changesNothingWhereTheFileIsEmpty() throws IOException {
    assertThat(read("")).isEqualTo(AugmentationPlan.NONE);
  }

  @Test
  void readsEveryKey() throws IOException {
    AugmentationPlan plan =
        read(
            """
            seed: -7
            crop:
              smallest-area: 0.3
              largest-area: 0.9
              smallest-ratio: 0.75
              largest-ratio: 1.25
            flip:
              probability: 0.5
            rotate:
              largest-degrees: 15
            scale:
              smallest: 0.8
              largest: 1.2
            border:
              kind: fill
              fill-value: 127
            colour:
              brightness: 0.4
              contrast: 0.3
              saturation: 0.2
              hue: 0.1
            blur:
              probability: 0.6
              smallest-sigma-px: 0.5
              largest-sigma-px: 2
            noise:
              sigma: 5
            """);

    assertThat(plan)
        .isEqualTo(
            new AugmentationPlan(
                -7,
                new Crop(0.3, 0.9, 0.75, 1.25),
                new Flip(0.5),
                new Rotation(15),
                new Scaling(0.8, 1.2),
                new Border(Border.Kind.FILL, 127),
                new ColourJitter(0.4, 0.3, 0.2, 0.1),
                new Blur(0.6, 0.5, 2),
                new Noise(5)));
  }

  private AugmentationPlan read(String yaml) throws IOException {
    return AugmentationFile.read(Files.writeString(folder.resolve("augment.yaml"), yaml));
  }
}
