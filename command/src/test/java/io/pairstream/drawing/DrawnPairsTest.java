package io.pairstream.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.plan.SubmittedPair;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.drawing.Scene.Colour;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class DrawnPairsTest {

  private static final long SEED = 7;

  private final DrawnPairs pairs = new DrawnPairs(SEED);
  private final DrawnPairs good = new DrawnPairs(SEED, 0);

  @Test
  void samePairComesOutInAnyOrder() {
    List<DrawnPairs.Drawn> forwards = LongStream.range(0, 60).mapToObj(pairs::at).toList();

    DrawnPairs again = new DrawnPairs(SEED);
    for (int index = 59; index >= 0; index--) {
      assertThat(again.at(index)).isEqualTo(forwards.get(index));
    }
  }

  @Test
  void badShareIsExact() {
    DrawnPairs quarterIsBad = new DrawnPairs(SEED, 0.25);

    assertThat(LongStream.range(0, 1000).mapToObj(quarterIsBad::kindAt))
        .filteredOn(kind -> kind != DrawnPairs.Kind.GOOD)
        .hasSize(250);
  }

  @Test
  void goodPairsAllDiffer() {
    Set<String> images = new HashSet<>();
    for (int index = 0; index < 400; index++) {
      images.add(PairIdentity.imageDigest(good.at(index).pair().getImage()));
    }

    assertThat(images).hasSize(400);
  }

  @Test
  void duplicateRepeatsAnEarlierGoodPair() {
    DrawnPairs.Drawn duplicate = first(DrawnPairs.Kind.DUPLICATE);

    assertThat(LongStream.range(0, duplicate.index()).mapToObj(pairs::at))
        .filteredOn(earlier -> earlier.kind() == DrawnPairs.Kind.GOOD)
        .filteredOn(earlier -> earlier.pair().equals(duplicate.pair()))
        .hasSize(1);
  }

  @Test
  void captionsAreInBothLanguages() {
    Map<String, List<String>> captions =
        LongStream.range(0, 200)
            .mapToObj(good::at)
            .collect(
                Collectors.groupingBy(
                    drawn -> drawn.pair().getLanguage(),
                    Collectors.mapping(drawn -> drawn.pair().getCaption(), Collectors.toList())));

    assertThat(captions.get("en")).hasSizeGreaterThan(60).allMatch(c -> c.matches("[ -~]+\\."));
    assertThat(captions.get("zh"))
        .hasSizeGreaterThan(40)
        .allMatch(c -> c.matches("[\\p{IsHan}，、。]+。"));
  }

  @Test
  void englishArticlesFitTheirWordsAndFiguresStayInsideThePicture() {
    for (long index = 0; index < 3000; index++) {
      Scene scene = good.sceneAt(index);
      assertThat(" " + scene.english() + " ")
          .doesNotContainPattern("(?i) a [aeiou]")
          .doesNotContainPattern("(?i) an [^aeiou]");
      for (Scene.Thing thing : scene.things()) {
        double half = thing.size() / 2;
        assertThat(thing.centreX()).as("%d", index).isBetween(half - 1, scene.widthPx() - half + 1);
        assertThat(thing.centreY())
            .as("%d", index)
            .isBetween(half - 1, scene.heightPx() - half + 1);
      }
    }
  }

  @Test
  void middleOfEachThingHasTheDescribedColour() throws IOException {
    for (long index = 0; index < 250; index++) {
      Scene scene = good.sceneAt(index);
      ByteBuffer file = good.at(index).pair().getImage();
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(Utils.toArray(file)));
      assertThat(image.getWidth()).isEqualTo(scene.widthPx()).isBetween(224, 700);
      assertThat(image.getHeight()).isEqualTo(scene.heightPx()).isBetween(224, 700);
      for (Scene.Thing thing : scene.things()) {
        assertThat(colour(image.getRGB((int) thing.centreX(), (int) thing.centreY())))
            .as("pair %d, %s: the middle of the %s", index, scene.english(), thing.figure())
            .isEqualTo(thing.colour());
        assertThat(scene.english()).contains(thing.colour().english);
        assertThat(scene.chinese()).contains(thing.colour().chinese);
      }
    }
  }

  @Test
  void stepsJudgeEachPairAsItSays() {
    DrawnPairs mixed = new DrawnPairs(11, 0.5);
    Set<DrawnPairs.Kind> seen = EnumSet.noneOf(DrawnPairs.Kind.class);
    try (ImageWorkerPool workers =
        new ImageWorkerPool(
            WorkerSettings.of(System.getProperty("pairstream.worker.classpath"), 1)
                .withLimits(Duration.ofMinutes(1), Duration.ofMinutes(10)))) {
      CleaningPlan plan =
          new CleaningPlan(RecipeReader.parse("default", ""), workers, StepObserver.NONE);
      for (long index = 0; index < 300; index++) {
        if (mixed.kindAt(index) != DrawnPairs.Kind.DUPLICATE) {
          DrawnPairs.Drawn drawn = mixed.at(index);
          Outcome<CleanedPair> outcome = plan.gate(received(drawn)).then(plan::clean);
          Optional<RejectReason> reason =
              outcome.fold(kept -> Optional.empty(), rejection -> Optional.of(rejection.reason()));

          assertThat(reason)
              .as("pair %d, %s: %s", index, drawn.kind(), outcome)
              .isEqualTo(drawn.kind().rejection());
          seen.add(drawn.kind());
        }
      }
    }
    assertThat(seen)
        .containsExactlyInAnyOrderElementsOf(
            EnumSet.complementOf(EnumSet.of(DrawnPairs.Kind.DUPLICATE)));
  }

  private static SubmittedPair received(DrawnPairs.Drawn drawn) {
    RawPair pair = drawn.pair();
    return new SubmittedPair(
        new EncodedImage(Utils.toArray(pair.getImage())),
        new ReceivedCaption(pair.getCaption(), pair.getLanguage(), ""),
        Map.of(),
        Set.of());
  }

  private DrawnPairs.Drawn first(DrawnPairs.Kind kind) {
    long index = 0;
    while (pairs.kindAt(index) != kind) {
      index++;
    }
    return pairs.at(index);
  }

  /** The colour that a pixel is nearest to. */
  private static Colour colour(int rgb) {
    return Arrays.stream(Colour.values())
        .min(
            Comparator.comparingInt(
                colour ->
                    IntStream.of(0, 8, 16)
                        .map(bits -> ((rgb >> bits) & 0xFF) - ((colour.rgb >> bits) & 0xFF))
                        .map(difference -> difference * difference)
                        .sum()))
        .orElseThrow();
  }
}
