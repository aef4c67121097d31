package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pairstream.cleaning.image.Geometry.Resampling;
import io.pairstream.cleaning.image.Geometry.ResizeMode;
import io.pairstream.cleaning.image.Geometry.WhenSmaller;
import io.pairstream.cleaning.image.ImagePlan.ColourProfileRule;
import io.pairstream.cleaning.image.ImagePlan.Rendition;
import io.pairstream.cleaning.image.PictureOutput.ChromaSubsampling;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImagePlanTest {

  @Test
  void readsEveryKey() {
    ImagePlan plan =
        GeometryTest.read(
            """
            image:
              colour-profile: reject
              mode: pad
              width-px: 320
              height-px: 200
              when-smaller: keep
              resampling: lanczos
              pad-colour: '#102030'
              encoding: png
              jpeg-quality: 80
              jpeg-chroma: full
            """);

    assertThat(plan)
        .isEqualTo(
            new ImagePlan(
                ColourProfileRule.REJECT,
                new PictureOutput(
                    new Geometry(
                        ResizeMode.PAD,
                        320,
                        200,
                        WhenSmaller.KEEP,
                        Resampling.LANCZOS,
                        0x102030,
                        AspectBuckets.NONE),
                    ImageEncoding.PNG,
                    80,
                    ChromaSubsampling.FULL),
                List.of(),
                PixelOperations.NONE,
                true));
  }

  @Test
  void renditionsTakeFromTheImageWhatTheyDoNotSay() {
    ImagePlan plan =
        GeometryTest.read(
            """
            image: {mode: stretch, width-px: 128, height-px: 96, jpeg-quality: 80}
            renditions:
              small: {side-px: 64}
              big: {mode: pad, side-px: 512, encoding: png}
              same: {encoding: raw}
            """);

    assertThat(plan.renditions())
        .extracting(Rendition::name)
        .containsExactly("small", "big", "same");
    PictureOutput small = plan.renditions().get(0).output();
    assertThat(small.geometry().mode()).isEqualTo(ResizeMode.STRETCH);
    assertThat(small.geometry().heightPx()).isEqualTo(64);
    assertThat(small.jpegQuality()).isEqualTo(80);
    PictureOutput big = plan.renditions().get(1).output();
    assertThat(big.geometry().mode()).isEqualTo(ResizeMode.PAD);
    assertThat(big.encoding()).isEqualTo(ImageEncoding.PNG);
    assertThat(plan.renditions().get(2).output().geometry()).isEqualTo(plan.main().geometry());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image: {encoding: raw, side-px: 4096}",
        "image: {encoding: png, side-px: 2048}",
        "image: {encoding: raw, side-px: 1500}\nrenditions: {a: {side-px: 1000}}",
        "image: {encoding: raw, mode: bucket, bucket-pixels: 16777216}"
      })
  void refusesPicturesThatNoRecordCarries(String yaml) {
    InvalidRecipeException refusal =
        catchThrowableOfType(InvalidRecipeException.class, () -> GeometryTest.read(yaml));

    assertThat(refusal.problems()).extracting(RecipeProblem::key).containsExactly("image.encoding");
    assertThat(refusal.problems().get(0).message()).contains("a record carries 9437184");
  }
}
