package io.pairstream.feed.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.feed.random.RandomNumbers;
import org.junit.jupiter.api.Test;

class GeometryTest {

  private static final Warp FILLED = new Warp(new Border(Border.Kind.FILL, 99));
  private static final Warp REFLECTED = new Warp(Border.REFLECTED);

  @Test
  void flipMirrorsEachRowExactly() {
    Picture picture = TestPicture.of(2, 3, 1, 1, 2, 3, 4, 5, 6);

    REFLECTED.apply(new Flip(1).draw(random(0), 3), picture);

    assertThat(TestPicture.values(picture)).containsExactly(3, 2, 1, 6, 5, 4);
  }

  @Test
  void flipKeepsTheChannelsOfAPixelTogether() {
    Picture picture = TestPicture.of(1, 2, 3, 1, 2, 3, 4, 5, 6);

    REFLECTED.apply(new Flip(1).draw(random(0), 2), picture);

    assertThat(TestPicture.values(picture)).containsExactly(4, 5, 6, 1, 2, 3);
  }

  @Test
  void flipHappensInItsShareOfPairs() {
    int flips = 0;
    for (int pair = 0; pair < 1000; pair++) {
      RandomNumbers random = RandomNumbers.of("pair " + pair, 0, 0, Flip.NAME);
      flips += new Flip(0.3).draw(random, 4).equals(Affine.IDENTITY) ? 0 : 1;
    }

    assertThat(flips).isEqualTo(281);
  }

  @Test
  void quarterTurnGoesCounterClockwise() {
    Picture picture = TestPicture.of(2, 2, 1, 1, 2, 3, 4);

    REFLECTED.apply(Rotation.by(90, 2, 2), picture);

    assertThat(TestPicture.values(picture)).containsExactly(2, 4, 1, 3);
  }

  @Test
  void turnedWidePictureShowsTheFillBeyondItsEnds() {
    Picture picture = TestPicture.of(1, 3, 1, 10, 20, 30);

    FILLED.apply(Rotation.by(90, 3, 1), picture);

    assertThat(TestPicture.values(picture)).containsExactly(99, 20, 99);
  }

  @Test
  void turnedWidePictureIsMirroredBeyondItsEnds() {
    Picture picture = TestPicture.of(1, 3, 1, 10, 20, 30);

    REFLECTED.apply(Rotation.by(90, 3, 1), picture);

    assertThat(TestPicture.values(picture)).containsExactly(20, 20, 20);
  }

  @Test
  void rotationStaysInItsRange() {
    for (int pair = 0; pair < 200; pair++) {
      double sine = new Rotation(30).draw(random(pair), 8, 8).yx();
      assertThat(sine).isBetween(-0.5 - 1e-9, 0.5 + 1e-9);
    }
  }

  @Test
  void scalingByTwoShowsTheMiddleWithMixedPixels() {
    Picture picture = TestPicture.of(1, 4, 1, 0, 100, 200, 240);

    // Places 0.5, 1.5, 2.5, 3.5 come from 1.25, 1.75, 2.25, 2.75: a quarter before and behind.
    REFLECTED.apply(new Scaling(2, 2).draw(random(0), 4, 1), picture);

    assertThat(TestPicture.values(picture)).containsExactly(75, 125, 175, 210);
  }

  @Test
  void scalingByHalfShowsTheFillAround() {
    Picture picture = TestPicture.of(1, 4, 1, 0, 100, 200, 240);

    // Places 0.5 to 3.5 come from -1, 1, 3, 5: between pixels 0 and 1, and 2 and 3.
    FILLED.apply(new Scaling(0.5, 0.5).draw(random(0), 4, 1), picture);

    assertThat(TestPicture.values(picture)).containsExactly(99, 50, 220, 99);
  }

  @Test
  void cropStaysInsideAndInItsRanges() {
    Crop crop = new Crop(0.2, 0.6, 0.5, 2);
    for (int pair = 0; pair < 500; pair++) {
      Affine map = crop.draw(random(pair), 40, 20);
      double w = map.xx() * 40;
      double h = map.yy() * 20;
      assertThat(map.x0()).isBetween(0.0, 40 - w);
      assertThat(map.y0()).isBetween(0.0, 20 - h);
      assertThat(w * h).isCloseTo(0.4 * 800, within(0.2 * 800 + 30));
      assertThat(w / h / 2).isBetween(0.5 / 1.2, 2 * 1.2);
    }
  }

  @Test
  void cropOfAWholePictureLeavesItWhole() {
    assertThat(new Crop(1, 1, 1, 1).draw(random(0), 40, 20)).isEqualTo(Affine.IDENTITY);
  }

  @Test
  void cropThatNeverFitsLeavesThePictureWhole() {
    // All of the area at ten times the width is higher than nothing and wider than the picture.
    assertThat(new Crop(1, 1, 10, 10).draw(random(0), 40, 20)).isEqualTo(Affine.IDENTITY);
  }

  @Test
  void mirrorsPlacesBeyondTheEdgeWithTheOutermostTwice() {
    int[] found = new int[10];
    for (int at = -4; at < 6; at++) {
      found[at + 4] = Border.reflected(at, 3);
    }

    assertThat(found).containsExactly(2, 2, 1, 0, 0, 1, 2, 2, 1, 0);
  }

  private static RandomNumbers random(int pair) {
    return RandomNumbers.of("pair " + pair, 0, 0, "test");
  }
}
