package io.pairstream.drawing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPair.Content;
import io.pairstream.drawing.DrawnPairs.Format;
import io.pairstream.drawing.DrawnPairs.Plan;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.schemas.PairIdentity;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DrawnPairsTest {

  private static final long SEED = 7;
  private static final double NO_BAD = 0;

  private final DrawnPairs pairs = new DrawnPairs(SEED);

  @Test
  void samePairComesOutInAnyOrder() {
    List<DrawnPair> forwards = pairs.stream().limit(60).toList();

    DrawnPairs again = new DrawnPairs(SEED);
    for (int index = 59; index >= 0; index--) {
      assertThat(again.at(index)).isEqualTo(forwards.get(index));
    }
  }

  @Test
  void badShareIsExact() {
    long bad =
        LongStream.range(0, 1000)
            .filter(index -> new DrawnPairs(SEED, 0.25).kindAt(index) != DrawnKind.GOOD)
            .count();

    assertThat(bad).isEqualTo(250);
    assertThat(
            new DrawnPairs(SEED, 0.25)
                .rejectionsAmong(1000).values().stream().mapToLong(count -> count).sum())
        .isEqualTo(250);
  }

  @Test
  void goodPairsAllDiffer() {
    Set<String> ids = new HashSet<>();
    Set<String> images = new HashSet<>();
    for (DrawnPair drawn : new DrawnPairs(SEED, NO_BAD).stream().limit(400).toList()) {
      NewPair pair = submitted(drawn);
      String digest = PairIdentity.imageDigest(pair.image());
      assertThat(images.add(digest)).as("image of pair %d is new", drawn.index()).isTrue();
      ids.add(PairIdentity.pairId(digest, pair.caption()));
    }

    assertThat(ids).hasSize(400);
  }

  @Test
  void duplicateRepeatsAnEarlierGoodPair() {
    DrawnPair duplicate = first(DrawnKind.DUPLICATE);

    List<DrawnPair> originals =
        pairs.stream()
            .limit(duplicate.index())
            .filter(earlier -> earlier.kind() == DrawnKind.GOOD)
            .filter(earlier -> earlier.content().equals(duplicate.content()))
            .toList();

    assertThat(originals).hasSize(1);
  }

  @Test
  void captionsAreInBothLanguages() {
    Map<String, List<String>> captions =
        pairs.stream()
            .limit(200)
            .filter(drawn -> drawn.kind() == DrawnKind.GOOD)
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
  void englishArticlesFitTheirWords() {
    DrawnPairs good = new DrawnPairs(SEED, NO_BAD);
    for (long index = 0; index < 3000; index++) {
      String caption = " " + good.plan(index, DrawnKind.GOOD).scene().english() + " ";
      assertThat(caption)
          .doesNotContainPattern("(?i) a [aeiou]")
          .doesNotContainPattern("(?i) an [^aeiou]");
    }
  }

  @Test
  void middleOfEachThingHasTheDescribedColour() throws IOException {
    Set<Format> formats = new HashSet<>();
    DrawnPairs good = new DrawnPairs(SEED, NO_BAD);
    for (long index = 0; index < 250; index++) {
      Plan plan = good.plan(index, DrawnKind.GOOD);
      BufferedImage image = decode(submitted(good.at(index)).image());
      assertThat(image.getWidth()).isEqualTo(plan.scene().widthPx()).isBetween(224, 1600);
      assertThat(image.getHeight()).isEqualTo(plan.scene().heightPx()).isBetween(224, 1600);
      formats.add(plan.format());
      for (Scene.Thing thing : plan.scene().things()) {
        int[] pixel = rgb(image, (int) thing.centreX(), (int) thing.centreY());
        assertThat(nearest(pixel))
            .as(
                "pair %d, %s: the middle of the %s is %s",
                index, plan.scene().english(), thing.figure(), Arrays.toString(pixel))
            .isEqualTo(thing.colour());
        assertThat(plan.scene().english()).contains(thing.colour().english);
        assertThat(plan.scene().chinese()).contains(thing.colour().chinese);
      }
    }
    assertThat(formats).containsExactlyInAnyOrder(Format.values());
  }

  @Test
  void figuresStayInsideThePicture() {
    DrawnPairs good = new DrawnPairs(SEED, NO_BAD);
    for (long index = 0; index < 3000; index++) {
      Scene scene = good.plan(index, DrawnKind.GOOD).scene();
      for (Scene.Thing thing : scene.things()) {
        assertThat(thing.centreX() - thing.size() / 2).as("%d %s", index, scene).isGreaterThan(-1);
        assertThat(thing.centreY() - thing.size() / 2).as("%d %s", index, scene).isGreaterThan(-1);
        assertThat(thing.centreX() + thing.size() / 2)
            .as("%d %s", index, scene)
            .isLessThan(scene.widthPx() + 1);
        assertThat(thing.centreY() + thing.size() / 2)
            .as("%d %s", index, scene)
            .isLessThan(scene.heightPx() + 1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DrawnKind.class,
      names = {"BROKEN_UTF8", "GARBAGE", "UNKNOWN_SCHEMA"})
  void recordsThatNoSerializerWritesAreForged(DrawnKind kind) {
    Content.Forged forged = (Content.Forged) first(kind).content();

    ByteBuffer value = ByteBuffer.wrap(forged.value(42));

    switch (kind) {
      case GARBAGE -> assertThat(value.get(0)).isNotZero();
      case UNKNOWN_SCHEMA -> assertThat(value.getInt(1)).isEqualTo(1_000_000_042);
      default -> {
        assertThat(value.getInt(1)).isEqualTo(42);
        assertThat(text(value)).contains(" caf\u00e9");
      }
    }
    assertThat(forged.key()).matches("[0-9a-f]{64}");
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

  private static BufferedImage decode(ByteBuffer image) throws IOException {
    BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(Utils.toArray(image)));
    assertThat(decoded).isNotNull();
    return decoded;
  }

  /** The bytes as Latin-1 text. */
  private static String text(ByteBuffer bytes) {
    return ISO_8859_1.decode(bytes.duplicate()).toString();
  }

  /** The pixel's channels; grey levels are read as they are stored. */
  private static int[] rgb(BufferedImage image, int x, int y) {
    if (image.getRaster().getNumBands() == 1 && image.getType() == BufferedImage.TYPE_BYTE_GRAY) {
      int level = image.getRaster().getSample(x, y, 0);
      return new int[] {level, level, level};
    }
    int argb = image.getRGB(x, y);
    return new int[] {(argb >> 16) & 0xFF, (argb >> 8) & 0xFF, argb & 0xFF};
  }

  private static Colour nearest(int[] pixel) {
    Function<Colour, Integer> distance =
        colour -> {
          int red = pixel[0] - ((colour.rgb >> 16) & 0xFF);
          int green = pixel[1] - ((colour.rgb >> 8) & 0xFF);
          int blue = pixel[2] - (colour.rgb & 0xFF);
          return red * red + green * green + blue * blue;
        };
    return Arrays.stream(Colour.values()).min(Comparator.comparing(distance)).orElseThrow();
  }
}
