package io.pairstream.feed.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.feed.random.RandomNumbers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PixelOperationsTest {

  @Test
  void brightnessScalesEveryChannelAndCutsAtWhite() {
    double b = RandomNumbers.of("a", 0, 0, "test").between(0.5, 1.5);
    Picture picture = TestPicture.of(1, 2, 3, 0, 10, 100, 200, 250, 255);

    new ColourJitter(0.5, 0, 0, 0).apply(RandomNumbers.of("a", 0, 0, "test"), picture);

    int[] expected = {0, 10, 100, 200, 250, 255};
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (int) Math.min(255, Math.floor(b * expected[i] + 0.5));
    }
    assertThat(TestPicture.values(picture)).isEqualTo(expected);
  }

  @Test
  void contrastMovesValuesAboutTheMean() {
    RandomNumbers same = RandomNumbers.of("a", 0, 0, "test");
    same.next();
    double k = same.between(0.5, 1.5);
    Picture picture = TestPicture.of(1, 2, 1, 50, 150);

    new ColourJitter(0, 0.5, 0, 0).apply(RandomNumbers.of("a", 0, 0, "test"), picture);

    assertThat(TestPicture.values(picture))
        .containsExactly(
            (int) Math.floor(100 - 50 * k + 0.5), (int) Math.floor(100 + 50 * k + 0.5));
  }

  @Test
  void saturationAndHueLeaveGreyPixelsGrey() {
    Picture picture = TestPicture.of(1, 3, 3, 0, 0, 0, 128, 128, 128, 255, 255, 255);

    new ColourJitter(0, 0, 1, 0.5).apply(RandomNumbers.of("b", 0, 0, "test"), picture);

    assertThat(TestPicture.values(picture)).containsExactly(0, 0, 0, 128, 128, 128, 255, 255, 255);
  }

  @Test
  void saturationAndHueChangeNothingInAGreyPicture() {
    Picture picture = TestPicture.of(1, 3, 1, 0, 77, 255);

    new ColourJitter(0, 0, 1, 0.5).apply(RandomNumbers.of("b", 0, 0, "test"), picture);

    assertThat(TestPicture.values(picture)).containsExactly(0, 77, 255);
  }

  @Test
  void blurSpreadsAPointByItsWeights() {
    int[] weights = Blur.weights(0.5);
    Picture picture = TestPicture.of(1, 5, 1, 0, 0, 200, 0, 0);

    Blur.blur(picture, weights);

    // 1, exp(-2) and exp(-8) of 1 + 2 exp(-2) + 2 exp(-8); the one row stands above and below too.
    assertThat(weights).containsExactly(12888, 1744, 4);
    assertThat(weights[0] + 2 * (weights[1] + weights[2])).isEqualTo(1 << 14);
    assertThat(TestPicture.values(picture)).containsExactly(0, 21, 157, 21, 0);
  }

  @Test
  void blurLeavesOneColourAsItIs() {
    Picture picture = TestPicture.of(2, 2, 3, 9, 8, 255, 9, 8, 255, 9, 8, 255, 9, 8, 255);

    Blur.blur(picture, Blur.weights(4));

    assertThat(TestPicture.values(picture))
        .containsExactly(9, 8, 255, 9, 8, 255, 9, 8, 255, 9, 8, 255);
  }

  @Test
  void noiseHasItsMeanAndDeviation() {
    int[] values = new int[100 * 100];
    Arrays.fill(values, 128);
    Picture picture = TestPicture.of(100, 100, 1, values);

    Noise.apply(RandomNumbers.of("n", 0, 0, Noise.NAME), new Noise(10).steps(), picture);

    double sum = 0;
    double squares = 0;
    for (int value : TestPicture.values(picture)) {
      sum += value - 128;
      squares += (value - 128) * (value - 128);
    }
    assertThat(sum / values.length).isCloseTo(0, within(0.3));
    assertThat(Math.sqrt(squares / values.length)).isCloseTo(10, within(0.3));
  }

  @Test
  void noiseIsCutToTheRange() {
    Picture picture = TestPicture.of(1, 1, 3, 0, 255, 0);
    int[] steps = new int[4096];
    Arrays.fill(steps, -5);

    Noise.apply(RandomNumbers.of("n", 0, 0, Noise.NAME), steps, picture);

    assertThat(TestPicture.values(picture)).containsExactly(0, 250, 0);
  }

  @Test
  void quantilesAreThoseOfTheTables() {
    assertThat(NormalQuantiles.of(0.5)).isZero();
    assertThat(NormalQuantiles.of(0.975)).isCloseTo(1.959963984540054, within(1e-14));
    assertThat(NormalQuantiles.of(0.001)).isCloseTo(-3.090232306167813, within(1e-14));
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertRefused(() -> new Flip(1.01), "flip: probability must be 0.0 to 1.0, was 1.01");
    assertRefused(() -> new Flip(Double.NaN), "was NaN");
    assertRefused(() -> new Rotation(181), "largest angle in degrees");
    assertRefused(() -> new Scaling(1.2, 1.1), "smallest, 1.2, is above the largest, 1.1");
    assertRefused(() -> new Scaling(0.2, 1), "smallest factor must be 0.25 to 4.0");
    assertRefused(() -> new Crop(0, 1, 1, 1), "smallest area");
    assertRefused(() -> new Crop(0.5, 1, 1, 11), "largest ratio");
    assertRefused(() -> new Border(Border.Kind.FILL, 256), "border: value");
    assertRefused(() -> new ColourJitter(0, 0, 0, 0.6), "hue must be 0.0 to 0.5");
    assertRefused(() -> new Blur(0.5, 3, 2), "blur: sigmas");
    assertRefused(() -> new Blur(0.5, 0, 2), "smallest sigma in pixels");
    assertRefused(() -> new Noise(65), "noise: sigma");
  }

  private static void assertRefused(Runnable making, String message) {
    assertThatThrownBy(making::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
