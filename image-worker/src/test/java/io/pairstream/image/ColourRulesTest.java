package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.PreparedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Outcomes of images whose colours are not sRGB, under each rule. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ColourRulesTest {

  @AutoClose private final ImageWorkerPool pool = new ImageWorkerPool(Pictures.settings(1));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "icc-display-p3-jpg.jpg", "icc-swapped-webp.webp", "icc-lut-jpg.jpg",
        "icc-grey-linear-png.png", "icc-cmyk.jpg", "cicp-display-p3.png",
        "gama-linear.png", "chrm-adobe.png"
      })
  void rejectsOtherColoursWhereTheRecipeSaysSo(String name) throws IOException {
    assertThat(Pictures.rejection(prepare(FormatsTest.file(name), "reject")))
        .satisfies(
            rejection -> {
              assertThat(rejection.reason())
                  .isEqualTo(RejectReason.IMAGE_COLOUR_PROFILE_UNSUPPORTED);
              assertThat(rejection.measured().limitInWords()).isEqualTo("sRGB");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jpeg-420.jpg",
        "jpeg-cmyk.jpg",
        "icc-srgb.jpg",
        "png-rgb.png",
        "cicp-srgb.png",
        "gama-usual.png",
        "srgb-before-gama.png",
        "webp-lossy.webp",
        "gif.gif"
      })
  void keepsSrgbUnderEveryRule(String name) throws IOException {
    Outcome<PreparedImage> converted = prepare(FormatsTest.file(name), "convert");

    assertThat(converted.keptOnly()).hasSize(1);
    assertThat(prepare(FormatsTest.file(name), "reject")).isEqualTo(converted);
    assertThat(prepare(FormatsTest.file(name), "ignore")).isEqualTo(converted);
  }

  @ParameterizedTest
  @CsvSource({
    "icc-swapped-png.png, png-rgb.png",
    "icc-lut-jpg.jpg, icc-prophoto-jpg.jpg",
    "gama-linear.png, png-rgb.png",
    "cicp-display-p3.png, png-rgb.png"
  })
  void takesTheNumbersAsTheyAreWhereTheRecipeIgnoresProfiles(String name, String same)
      throws IOException {
    byte[] ignored = pixels(prepare(FormatsTest.file(name), "ignore"));

    assertThat(ignored).isEqualTo(pixels(prepare(FormatsTest.file(same), "ignore")));
    assertThat(Pictures.difference(ignored, pixels(prepare(FormatsTest.file(name), "convert"))))
        .isGreaterThan(3.0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"convert", "reject", "ignore"})
  void rejectsFourInksThatDoNotSayWhichLevelIsFull(String rule) throws IOException {
    byte[] file = FormatsTest.file("jpeg-cmyk.jpg");
    int marker = new String(file, StandardCharsets.ISO_8859_1).indexOf("Adobe");
    file[marker] = 'X';

    assertThat(Pictures.reason(prepare(file, rule)))
        .isEqualTo(RejectReason.IMAGE_COLOUR_MODEL_UNSUPPORTED);
  }

  @Test
  void rejectsColoursBrighterThanAScreens() {
    byte[] plain = Pictures.png(Pictures.drawRgb(40, 30), false);
    byte[] pq = ExifBlocks.withPngChunk(plain, "cICP", new byte[] {9, 16, 0, 1});

    assertThat(Pictures.rejection(prepare(pq, "convert")).detail()).contains("9-16-0-1");
    assertThat(pixels(prepare(pq, "ignore"))).isEqualTo(pixels(prepare(plain, "ignore")));
  }

  @Test
  void takesAProfileOfOtherColoursForNoneAndRemembersItForItsOwn() throws IOException {
    byte[] grey = FormatsTest.file("icc-grey-linear-png.png");
    byte[] plain = Pictures.png(Pictures.drawRgb(40, 30), false);
    byte[] odd = ExifBlocks.withPngChunk(plain, "iCCP", chunk(grey, "iCCP"));

    assertThat(pixels(prepare(odd, "reject"))).isEqualTo(pixels(prepare(plain, "ignore")));
    assertThat(prepare(grey, "reject").keptOnly()).isEmpty();
    assertThat(pixels(prepare(odd, "reject"))).isEqualTo(pixels(prepare(plain, "ignore")));
  }

  private static byte[] chunk(byte[] png, String name) {
    int at = new String(png, StandardCharsets.ISO_8859_1).indexOf(name);
    int length = ByteBuffer.wrap(png).getInt(at - 4);
    return Arrays.copyOfRange(png, at + 4, at + 4 + length);
  }

  private static byte[] pixels(Outcome<PreparedImage> outcome) {
    return Pictures.kept(outcome).picture().encoded().bytes();
  }

  private Outcome<PreparedImage> prepare(byte[] file, String rule) {
    ImagePlan plan =
        Pictures.plan("image: {side-px: 16, encoding: raw, colour-profile: " + rule + "}");
    return Pictures.prepare(pool, file, plan);
  }
}
