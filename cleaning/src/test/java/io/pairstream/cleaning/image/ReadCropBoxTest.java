package io.pairstream.cleaning.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadCropBoxTest {

  private final ReadCropBox step = new ReadCropBox();

  @ParameterizedTest
  @ValueSource(strings = {"10,20,300,200", " 10, 20 ,300 ,200 "})
  void readsTheBox(String text) {
    assertThat(step.apply(Map.of("crop_box", text)))
        .isEqualTo(Outcome.kept(new PixelBox(10, 20, 300, 200)));
  }

  @Test
  void takesTheWholeImageWhereThereIsNoBox() {
    assertThat(step.apply(Map.of("colour", "red"))).isEqualTo(Outcome.kept(PixelBox.WHOLE));
    assertThat(step.apply(Map.of("crop_box", " "))).isEqualTo(Outcome.kept(PixelBox.WHOLE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10,20,300",
        "10,20,300,200,5",
        "-1,20,300,200",
        "1.5,20,300,200",
        "10;20;300;200",
        "0,0,0,200",
        "0,0,300,0",
        "0,0,99999999999,5",
        "१,0,3,3"
      })
  void rejectsWhatIsNoBox(String text) {
    assertThat(step.apply(Map.of("crop_box", text)).rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.CROP_BOX_INVALID);
  }

  @Test
  void isFollowedOnlyWhereTheRecipeSaysSo() {
    assertThat(ReadCropBox.Rules.from(RecipeReader.parse("recipe", "")).follow()).isFalse();
    assertThat(
            ReadCropBox.Rules.from(RecipeReader.parse("recipe", "image: {crop-box: follow}"))
                .follow())
        .isTrue();
  }
}
