package io.pairstream.feed.augment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class AugmenterTest {

  private static final AugmentationPlan EVERYTHING =
      new AugmentationPlan(
          7,
          new Crop(0.3, 1, 0.75, 1.25),
          new Flip(0.5),
          new Rotation(15),
          new Scaling(0.8, 1.25),
          Border.REFLECTED,
          new ColourJitter(0.3, 0.3, 0.3, 0.05),
          new Blur(0.5, 0.1, 2),
          new Noise(5));

  @Test
  void leavesEveryPixelWhereThePlanIsNone() {
    assertThat(augmented(AugmentationPlan.NONE, 3, "p"))
        .isEqualTo(TestPicture.pixels(TestPicture.drawn(13, 17, 3)));
    assertThat(AugmentationPlan.NONE.isNone()).isTrue();
    assertThat(EVERYTHING.isNone()).isFalse();
  }

  @Test
  void changesEachPairInEachEpochOtherwise() {
    List<byte[]> results =
        List.of(
            augmented(EVERYTHING, 0, "a"),
            augmented(EVERYTHING, 1, "a"),
            augmented(EVERYTHING, 0, "b"),
            augmented(EVERYTHING, 1, "b"));

    assertThat(results).doesNotHaveDuplicates();
  }

  @Test
  void comesToTheSamePixelsOnManyThreadsAndInAnyOrder() throws Exception {
    List<byte[]> alone = new ArrayList<>();
    for (int pair = 0; pair < 64; pair++) {
      alone.add(augmented(EVERYTHING, 2, "pair " + pair));
    }

    Augmenter shared = new Augmenter(EVERYTHING);
    List<Callable<byte[]>> tasks = new ArrayList<>();
    for (int pair = 63; pair >= 0; pair--) {
      String pairId = "pair " + pair;
      tasks.add(
          () -> {
            Picture picture = TestPicture.drawn(13, 17, 3);
            shared.apply(pairId, 2, picture);
            return TestPicture.pixels(picture);
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<byte[]>> together = threads.invokeAll(tasks);
      for (int pair = 0; pair < 64; pair++) {
        assertThat(together.get(63 - pair).get()).isEqualTo(alone.get(pair));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void usesMemoryAgainForPicturesOfOtherSizes() {
    Augmenter augmenter = new Augmenter(EVERYTHING);
    Picture reused = TestPicture.drawn(30, 30, 3);
    augmenter.apply("big", 0, reused);
    reused.begin(13, 17, 3);
    byte[] small = TestPicture.pixels(TestPicture.drawn(13, 17, 3));
    System.arraycopy(small, 0, reused.pixels(), 0, small.length);

    augmenter.apply("a", 0, reused);

    assertThat(TestPicture.pixels(reused)).isEqualTo(augmented(EVERYTHING, 0, "a"));
  }

  @Test
  void drawsForEachOperationApart() {
    AugmentationPlan flipOnly = with(new Flip(0.5), Noise.OFF);
    AugmentationPlan flipAndNoise = with(new Flip(0.5), new Noise(0.0001));

    for (int pair = 0; pair < 20; pair++) {
      assertThat(augmented(flipAndNoise, 0, "p" + pair))
          .isEqualTo(augmented(flipOnly, 0, "p" + pair));
    }
  }

  private static AugmentationPlan with(Flip flip, Noise noise) {
    return new AugmentationPlan(
        1,
        Crop.OFF,
        flip,
        Rotation.OFF,
        Scaling.OFF,
        Border.REFLECTED,
        ColourJitter.OFF,
        Blur.OFF,
        noise);
  }

  private static byte[] augmented(AugmentationPlan plan, long epoch, String pairId) {
    Picture picture = TestPicture.drawn(13, 17, 3);
    new Augmenter(plan).apply(pairId, epoch, picture);
    return TestPicture.pixels(picture);
  }
}
