package io.pairstream.feed.augment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pairstream.feed.random.RandomNumbers;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code python/src/pairstream/augment.py} came to, with code of its own. */
class GoldenAugmentationTest {

  @Test
  void drawsTheReferencesNumbers() throws IOException {
    for (JsonNode numbers : golden().path("numbers")) {
      RandomNumbers bits = random(numbers);
      for (JsonNode expected : numbers.path("bits")) {
        assertThat(Long.toUnsignedString(bits.nextLong())).isEqualTo(expected.textValue());
      }
      assertThat(random(numbers).next()).isEqualTo(numbers.path("next").doubleValue());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void comesToTheReferencesPixels(JsonNode golden) throws Exception {
    Picture picture =
        TestPicture.drawn(
            golden.path("shape").get(0).intValue(),
            golden.path("shape").get(1).intValue(),
            golden.path("shape").get(2).intValue());

    new Augmenter(plan(golden.path("plan")))
        .apply(golden.path("pair_id").textValue(), golden.path("epoch").longValue(), picture);

    byte[] pixels = TestPicture.pixels(picture);
    int shown = Math.min(6, pixels.length);
    int[] begins = new int[shown];
    int[] expected = new int[shown];
    for (int i = 0; i < shown; i++) {
      begins[i] = pixels[i] & 0xff;
      expected[i] = golden.path("begins").get(i).intValue();
    }
    assertThat(begins).isEqualTo(expected);
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(pixels)))
        .isEqualTo(golden.path("sha256").textValue());
  }

  static Stream<Named<JsonNode>> cases() throws IOException {
    return StreamSupport.stream(golden().path("cases").spliterator(), false)
        .map(
            one ->
                Named.of(
                    one.path("name").textValue()
                        + " "
                        + one.path("shape")
                        + " "
                        + one.path("pair_id").textValue()
                        + " "
                        + one.path("epoch"),
                    one));
  }

  private static JsonNode golden() throws IOException {
    try (InputStream file = GoldenAugmentationTest.class.getResourceAsStream("golden.json")) {
      return new ObjectMapper().readTree(file);
    }
  }

  private static RandomNumbers random(JsonNode numbers) {
    return RandomNumbers.of(
        numbers.path("pair_id").textValue(),
        numbers.path("epoch").longValue(),
        numbers.path("seed").longValue(),
        numbers.path("operation").textValue());
  }

  private static AugmentationPlan plan(JsonNode plan) {
    double[] crop = numbers(plan.path("crop"));
    double[] scale = numbers(plan.path("scale"));
    double[] colour = numbers(plan.path("colour"));
    double[] blur = numbers(plan.path("blur"));
    return new AugmentationPlan(
        plan.path("seed").longValue(),
        new Crop(crop[0], crop[1], crop[2], crop[3]),
        new Flip(plan.path("flip").doubleValue()),
        new Rotation(plan.path("rotate").doubleValue()),
        new Scaling(scale[0], scale[1]),
        new Border(
            Border.Kind.valueOf(plan.path("border").get(0).textValue().toUpperCase(Locale.ROOT)),
            plan.path("border").get(1).intValue()),
        new ColourJitter(colour[0], colour[1], colour[2], colour[3]),
        new Blur(blur[0], blur[1], blur[2]),
        new Noise(plan.path("noise").doubleValue()));
  }

  private static double[] numbers(JsonNode array) {
    double[] numbers = new double[array.size()];
    Arrays.setAll(numbers, i -> array.get(i).doubleValue());
    return numbers;
  }
}
