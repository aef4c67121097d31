package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.Geometry.Layout;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import io.pairstream.cleaning.recipe.RecipeReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeometryTest {

  /** Each line: mode, target, original -> source box -> scaled, canvas offset, result. */
  @ParameterizedTest(name = "{0}, {1}: {2} of {3}")
  @CsvSource({
    "center-crop, enlarge, 256x256, 640x480, '80,0,480,480', 256x256, 0+0, 256x256",
    "center-crop, enlarge, 256x256, 481x640, '0,79,481,481', 256x256, 0+0, 256x256",
    "center-crop, enlarge, 256x256, 131x96, '17,0,96,96', 256x256, 0+0, 256x256",
    "center-crop, enlarge, 320x160, 640x480, '0,80,640,320', 320x160, 0+0, 320x160",
    "center-crop, enlarge, 160x320, 640x480, '200,0,240,480', 160x320, 0+0, 160x320",
    "center-crop, enlarge, 4096x16, 3x1000, '0,499,3,1', 4096x16, 0+0, 4096x16",
    "keep-ratio-smallest, enlarge, 256x256, 640x480, '0,0,640,480', 341x256, 0+0, 341x256",
    "keep-ratio-smallest, enlarge, 256x256, 480x641, '0,0,480,641', 256x342, 0+0, 256x342",
    "keep-ratio-smallest, enlarge, 400x100, 640x480, '0,0,640,480', 400x300, 0+0, 400x300",
    "keep-ratio-largest, enlarge, 256x256, 640x480, '0,0,640,480', 256x192, 0+0, 256x192",
    "keep-ratio-largest, enlarge, 400x100, 640x480, '0,0,640,480', 133x100, 0+0, 133x100",
    "keep-ratio-largest, enlarge, 16x16, 10000x100, '0,0,10000,100', 16x1, 0+0, 16x1",
    "pad, enlarge, 256x256, 640x480, '0,0,640,480', 256x192, 0+32, 256x256",
    "pad, enlarge, 256x256, 480x641, '0,0,480,641', 192x256, 32+0, 256x256",
    "pad, enlarge, 101x64, 64x64, '0,0,64,64', 64x64, 18+0, 101x64",
    "stretch, enlarge, 300x100, 640x480, '0,0,640,480', 300x100, 0+0, 300x100",
    "center-crop, keep, 256x256, 300x200, '50,0,200,200', 200x200, 0+0, 200x200",
    "center-crop, keep, 256x256, 256x300, '0,22,256,256', 256x256, 0+0, 256x256",
    "keep-ratio-smallest, keep, 256x256, 300x200, '0,0,300,200', 300x200, 0+0, 300x200",
    "keep-ratio-largest, keep, 256x256, 100x200, '0,0,100,200', 100x200, 0+0, 100x200",
    "keep-ratio-largest, keep, 256x256, 300x200, '0,0,300,200', 256x171, 0+0, 256x171",
    "pad, keep, 256x256, 101x200, '0,0,101,200', 101x200, 77+28, 256x256",
    "stretch, keep, 256x256, 300x200, '0,0,300,200', 256x200, 0+0, 256x200"
  })
  void laysOutAnOriginal(
      String mode,
      String whenSmaller,
      String target,
      String original,
      String source,
      String scaled,
      String offset,
      String result) {
    Geometry geometry = geometry(mode, target, whenSmaller);

    assertThat(geometry.layout(whole(original)))
        .isEqualTo(Outcome.kept(layout(source, scaled, offset, result)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"center-crop", "keep-ratio-smallest", "stretch"})
  void rejectsAnImageOnePixelSmallerThanTheTarget(String mode) {
    Geometry geometry = geometry(mode, "256x256", "reject");

    assertThat(geometry.layout(whole("256x256")).rejectedOnly()).isEmpty();
    assertThat(geometry.layout(whole("256x255")).rejectedOnly())
        .singleElement()
        .satisfies(
            rejection -> {
              assertThat(rejection.reason()).isEqualTo(RejectReason.IMAGE_SMALLER_THAN_TARGET);
              assertThat(rejection.measured().inWords()).isEqualTo("255 px");
            });
  }

  @Test
  void rejectsAResultThatNoRecordWouldCarry() {
    Geometry geometry = geometry("keep-ratio-smallest", "4096x4096", "enlarge");

    assertThat(geometry.layout(whole("1000x1000")).rejectedOnly()).isEmpty();
    assertThat(geometry.layout(whole("1001x1000")).rejectedOnly())
        .singleElement()
        .satisfies(
            rejection -> {
              assertThat(rejection.reason()).isEqualTo(RejectReason.PREPARED_IMAGE_TOO_LARGE);
              assertThat(rejection.detail()).contains("4100x4096");
            });
  }

  @ParameterizedTest(name = "{0} becomes {1}")
  @CsvSource({
    "640x480, 320x192",
    "480x640, 192x320",
    "600x480, 256x256",
    "500x500, 256x256",
    "1000x500, 320x192",
    "3000x1000, 320x192",
    "300x500, 192x320"
  })
  void findsTheNearestBucket(String original, String shape) {
    Geometry geometry =
        read("image: {mode: bucket, bucket-pixels: 65536, bucket-step-px: 64}").main().geometry();

    Layout layout = geometry.layout(whole(original)).keptOnly().get(0);

    assertThat(layout.widthPx() + "x" + layout.heightPx()).isEqualTo(shape);
    assertThat(layout.isPadded()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "image: {side-px: 0} | image.side-px | 0 is out of range",
        "image: {width-px: 15} | image.width-px | 15 is out of range",
        "image: {height-px: 4097} | image.height-px | 4097 is out of range",
        "image: {pad-colour: white} | image.pad-colour | 'white' is not a colour",
        "image: {mode: bucket, when-smaller: keep} | image.when-smaller | other shapes",
        "image: {mode: bucket, bucket-pixels: 4000, bucket-step-px: 64} | image.bucket-step-px | no"
            + " shape",
        "image: {mode: zoom} | image.mode | not one of center-crop"
      })
  void refusesAGeometryThatCannotBe(String yaml, String key, String message) {
    InvalidRecipeException refusal =
        catchThrowableOfType(InvalidRecipeException.class, () -> read(yaml));

    assertThat(refusal.problems()).extracting(RecipeProblem::key).containsExactly(key.strip());
    assertThat(refusal.problems().get(0).message()).contains(message.strip());
  }

  private static Geometry geometry(String mode, String target, String whenSmaller) {
    String[] sides = target.split("x");
    return read("image: {mode: %s, width-px: %s, height-px: %s, when-smaller: %s}"
            .formatted(mode, sides[0], sides[1], whenSmaller))
        .main()
        .geometry();
  }

  static ImagePlan read(String yaml) {
    RecipeReader recipe = RecipeReader.parse("recipe", yaml);
    ImagePlan plan = ImagePlan.from(recipe);
    recipe.finish();
    return plan;
  }

  private static PixelBox whole(String size) {
    return new PixelBox(0, 0, first(size, "x"), second(size, "x"));
  }

  private static Layout layout(String source, String scaled, String offset, String result) {
    String[] box = source.split(",");
    return new Layout(
        new PixelBox(
            Integer.parseInt(box[0]),
            Integer.parseInt(box[1]),
            Integer.parseInt(box[2]),
            Integer.parseInt(box[3])),
        first(scaled, "x"),
        second(scaled, "x"),
        first(offset, "\\+"),
        second(offset, "\\+"),
        first(result, "x"),
        second(result, "x"));
  }

  private static int first(String pair, String separator) {
    return Integer.parseInt(pair.split(separator)[0]);
  }

  private static int second(String pair, String separator) {
    return Integer.parseInt(pair.split(separator)[1]);
  }
}
