package io.pairstream.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.CleaningPlan.StepObserver;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.SubmittedPair;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.drawing.DrawnPair.Content;
import io.pairstream.drawing.DrawnPairs.Format;
import io.pairstream.drawing.DrawnPairs.Plan;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.schemas.PairIdentity;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
    List<DrawnPair> forwards = LongStream.range(0, 60).mapToObj(pairs::at).toList();

    DrawnPairs again = new DrawnPairs(SEED);
    for (int index = 59; index >= 0; index--) {
      assertThat(again.at(index)).isEqualTo(forwards.get(index));
    }
  }

  @Test
  void badShareIsExact() {
    Map<RejectReason, Long> rejections = new DrawnPairs(SEED, 0.25).rejectionsAmong(1000);

    assertThat(rejections.values().stream().mapToLong(count -> count).sum()).isEqualTo(250);
  }

  @Test
  void goodPairsAllDiffer() {
    Set<String> images = new HashSet<>();
    for (int index = 0; index < 400; index++) {
      images.add(PairIdentity.imageDigest(submitted(good.at(index)).image()));
    }

    assertThat(images).hasSize(400);
  }

  @Test
  void duplicateRepeatsAnEarlierGoodPair() {
    DrawnPair duplicate = first(DrawnKind.DUPLICATE);

    assertThat(LongStream.range(0, duplicate.index()).mapToObj(pairs::at))
        .filteredOn(earlier -> earlier.kind() == DrawnKind.GOOD)
        .filteredOn(earlier -> earlier.content().equals(duplicate.content()))
        .hasSize(1);
  }

  @Test
  void captionsAreInBothLanguages() {
    Map<String, List<String>> captions =
        LongStream.range(0, 200)
            .mapToObj(good::at)
            .collect(
                Collectors.groupingBy(
                    DrawnPair::language,
                    Collectors.mapping(drawn -> submitted(drawn).caption(), Collectors.toList())));

    assertThat(captions.get("en")).hasSizeGreaterThan(60).allMatch(c -> c.matches("[ -~]+\\."));
    assertThat(captions.get("zh"))
        .hasSizeGreaterThan(40)
        .allMatch(c -> c.matches("[\\p{IsHan}，、。]+。"));
  }

  @Test
  void englishArticlesFitTheirWordsAndFiguresStayInsideThePicture() {
    for (long index = 0; index < 3000; index++) {
      Scene scene = good.plan(index, DrawnKind.GOOD).scene();
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
    Set<Format> formats = EnumSet.noneOf(Format.class);
    for (long index = 0; index < 250; index++) {
      Plan plan = good.plan(index, DrawnKind.GOOD);
      ByteBuffer file = submitted(good.at(index)).image();
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(Utils.toArray(file)));
      assertThat(image.getWidth()).isEqualTo(plan.scene().widthPx()).isBetween(224, 1600);
      assertThat(image.getHeight()).isEqualTo(plan.scene().heightPx()).isBetween(224, 1600);
      formats.add(plan.format());
      for (Scene.Thing thing : plan.scene().things()) {
        assertThat(colour(image, (int) thing.centreX(), (int) thing.centreY()))
            .as("pair %d, %s: the middle of the %s", index, plan.caption(), thing.figure())
            .isEqualTo(thing.colour());
        assertThat(plan.scene().english()).contains(thing.colour().english);
        assertThat(plan.scene().chinese()).contains(thing.colour().chinese);
      }
    }
    assertThat(formats).containsExactlyInAnyOrder(Format.values());
  }

  @Test
  void recordsThatNoSerializerWritesAreForged() {
    assertThat(forged(DrawnKind.GARBAGE).get(0)).isNotZero();
    assertThat(forged(DrawnKind.UNKNOWN_SCHEMA).getInt(1)).isEqualTo(1_000_000_042);
    ByteBuffer broken = forged(DrawnKind.BROKEN_UTF8);
    assertThat(broken.getInt(1)).isEqualTo(42);
    assertThat(StandardCharsets.ISO_8859_1.decode(broken).toString()).contains(" caf\u00e9");
  }

  /** What the steps cannot see: these are judged by the topology, on the way in. */
  private static final Set<DrawnKind> NOT_FOR_STEPS =
      EnumSet.of(
          DrawnKind.DUPLICATE, DrawnKind.BROKEN_UTF8, DrawnKind.GARBAGE, DrawnKind.UNKNOWN_SCHEMA);

  @Test
  void stepsJudgeEachPairAsItSays() {
    DrawnPairs mixed = new DrawnPairs(11, 0.5);
    Set<DrawnKind> seen = EnumSet.noneOf(DrawnKind.class);
    try (ImageWorkerPool workers =
        new ImageWorkerPool(
            WorkerSettings.of(System.getProperty("pairstream.worker.classpath"), 1)
                .withDeadline(Duration.ofMinutes(1))
                .withStartLimit(Duration.ofMinutes(10)))) {
      CleaningPlan plan =
          new CleaningPlan(RecipeReader.parse("default", ""), workers, StepObserver.NONE);
      for (long index = 0; index < 300; index++) {
        if (!NOT_FOR_STEPS.contains(mixed.kindAt(index))) {
          DrawnPair drawn = mixed.at(index);
          Outcome<CleanedPair> outcome = plan.gate(received(drawn)).then(plan::clean);
          Optional<RejectReason> reason =
              outcome.fold(kept -> Optional.empty(), rejection -> Optional.of(rejection.reason()));

          assertThat(reason)
              .as("pair %d, %s: %s", index, drawn.kind(), outcome)
              .isEqualTo(drawn.rejection());
          seen.add(drawn.kind());
        }
      }
    }
    assertThat(seen)
        .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.copyOf(NOT_FOR_STEPS)));
  }

  private static SubmittedPair received(DrawnPair drawn) {
    NewPair pair = submitted(drawn);
    return new SubmittedPair(
        new EncodedImage(Utils.toArray(pair.image())),
        new ReceivedCaption(pair.caption(), pair.language()),
        Map.of());
  }

  private ByteBuffer forged(DrawnKind kind) {
    Content.Forged forged = (Content.Forged) first(kind).content();
    assertThat(forged.key()).matches("[0-9a-f]{64}");
    return ByteBuffer.wrap(forged.value(42));
  }

  private DrawnPair first(DrawnKind kind) {
    long index = 0;
    while (pairs.kindAt(index) != kind) {
      index++;
    }
    return pairs.at(index);
  }

  private static NewPair submitted(DrawnPair drawn) {
    return ((Content.Submitted) drawn.content()).pair();
  }

  /** The colour that a pixel is nearest to; grey levels are read as they are stored. */
  private static Colour colour(BufferedImage image, int x, int y) {
    boolean grey = image.getType() == BufferedImage.TYPE_BYTE_GRAY;
    int rgb = grey ? 0x010101 * image.getRaster().getSample(x, y, 0) : image.getRGB(x, y);
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
