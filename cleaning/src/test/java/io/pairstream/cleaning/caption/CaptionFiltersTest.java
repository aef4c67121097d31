package io.pairstream.cleaning.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks that turn captions away for what they say. */
class CaptionFiltersTest {

  @TempDir private Path folder;

  private static AbstractStringAssert<?> assertThatReason(Outcome<?> outcome) {
    return assertThat(outcome.<String>fold(kept -> "kept", rejection -> rejection.reason().name()));
  }

  private static CleanedCaption caption(String text) {
    return new CleanedCaption(text, "und");
  }

  private static RecipeReader recipe(String yaml) {
    return RecipeReader.parse("recipe", yaml);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "IMG_1234.jpg",
        "IMG_1234",
        "img 20150612 123456 (1)",
        "DSC0001",
        "dscn0001.JPG",
        "Click to Enlarge!",
        "click-to-enlarge",
        "点击查看大图",
        "点击查看大图。",
        "图片123",
        "Untitled",
        "untitled-2",
        "Stock Photo",
        "Bild",
        "Bild 3",
        "Image may contain: 1 person, standing",
        "image 3 of 12",
        "some-thing.webp",
        "Photo #4",
        "写真",
        "图片来源：新华社",
        "Screenshot 2020-01-02 at 10.11.12"
      })
  void refusesBoilerplate(String text) {
    assertThatReason(refuseBoilerplate("").apply(caption(text))).isEqualTo("CAPTION_BOILERPLATE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a photo of a dog",
        "Image of a red bicycle",
        "stock photo of two dogs",
        "click to enlarge the dog",
        "图片里有一只狗",
        "imagery",
        "images of dogs",
        "Bilder einer Ausstellung",
        "a dog named img.jpg"
      })
  void keepsCaptionsThatOnlyBeginLikeBoilerplate(String text) {
    assertThatReason(refuseBoilerplate("").apply(caption(text))).isEqualTo("kept");
  }

  private static RefuseBoilerplate refuseBoilerplate(String yaml) {
    return new RefuseBoilerplate(RefuseBoilerplate.Settings.from(recipe(yaml)));
  }

  @Test
  void aFilesDigestIsPartOfWhatIsInForce() throws IOException {
    Path file = Files.writeString(folder.resolve("words.txt"), "darn\n");
    String yaml = "caption: {flagged-words-file: '" + file + "'}";
    RecipeReader first = recipe(yaml);
    CheckFlaggedWords.Settings.from(first);
    Files.writeString(file, "darn\ndang\n");
    RecipeReader second = recipe(yaml);
    CheckFlaggedWords.Settings.from(second);

    assertThat(first.finish()).isNotEqualTo(second.finish());
  }

  @Test
  void saysWhatIsWrongWithAFile() throws IOException {
    Path latin = Files.write(folder.resolve("latin.txt"), new byte[] {(byte) 0xE9});
    Path phrases = Files.writeString(folder.resolve("phrases.txt"), "two words\n");
    for (String file : List.of("no/such/file", latin.toString(), folder.toString(), "nul\u0000")) {
      RecipeReader recipe =
          recipe("caption: {flagged-words-file: \"" + file.replace("\u0000", "\\0") + "\"}");
      CheckFlaggedWords.Settings.from(recipe);

      assertThatThrownBy(recipe::finish)
          .isInstanceOf(InvalidRecipeException.class)
          .hasMessageContaining("caption.flagged-words-file: ");
    }
    RecipeReader recipe = recipe("caption: {flagged-words-file: '" + phrases + "'}");
    CheckFlaggedWords.Settings.from(recipe);
    assertThatThrownBy(recipe::finish).hasMessageContaining("'two words' is no single word");
  }

  @ParameterizedTest
  @CsvSource({
    "IMG_77.jpg, https://a.example/x/IMG_77.jpg?w=3#f, CAPTION_IS_FILE_NAME",
    "sunset-beach-04, https://a.example/Sunset-Beach-04.jpg, CAPTION_IS_FILE_NAME",
    "my dog.jpg, https://a.example/my%20dog.jpg, CAPTION_IS_FILE_NAME",
    "x7, C:\\pictures\\x7.png, CAPTION_IS_FILE_NAME",
    "my dog, https://a.example/my%20dog.jpg, kept",
    "golden retriever, https://a.example/golden-retriever.jpg, kept",
    "海边的日落, https://a.example/海边的日落.jpg, kept",
    "a dog, '', kept",
    "a dog, https://a.example/, kept",
    "100%zz, https://a.example/100%zz.jpg, CAPTION_IS_FILE_NAME"
  })
  void comparesCaptionAndFileName(String text, String address, String reason) {
    assertThatReason(new RefuseFileName().apply(new ReceivedCaption(text, "", address)))
        .isEqualTo(reason);
  }

  @Test
  void refusesCaptionsOfDigitsAndSigns() {
    CheckCharacterMix step = new CheckCharacterMix(new CheckCharacterMix.Limits(0.5, 0.5));

    assertThatReason(step.apply(caption("abc 123"))).isEqualTo("kept");
    assertThatReason(step.apply(caption("abc 1234"))).isEqualTo("CAPTION_MOSTLY_SYMBOLS");
    assertThatReason(step.apply(caption("abc ---"))).isEqualTo("kept");
    assertThatReason(step.apply(caption("abc ----"))).isEqualTo("CAPTION_MOSTLY_SYMBOLS");
    assertThatReason(step.apply(caption("\u0915\u094D\u0937\u093F"))).isEqualTo("kept");
    assertThat(step.apply(caption("a 123")).rejectedOnly())
        .extracting(Rejection::measured, Rejection::limit)
        .containsExactly(tuple("0.75 of the characters", "0.5 of the characters"));
  }

  @Test
  void refusesCaptionsThatRepeatThemselves() {
    CheckRepetition step = new CheckRepetition(new CheckRepetition.Limits(0.5));

    assertThatReason(step.apply(caption("a man and a woman and a dog and a cat")))
        .isEqualTo("kept");
    assertThatReason(step.apply(caption("buy now buy now buy now buy now")))
        .isEqualTo("CAPTION_REPETITIVE");
    assertThatReason(step.apply(caption("一只狗一只狗一只狗一只狗"))).isEqualTo("CAPTION_REPETITIVE");
    assertThatReason(step.apply(caption("一只白色的狗和一只黑色的猫"))).isEqualTo("kept");
    assertThat(step.apply(caption("abcdefgh abcdefgh")).keptOnly())
        .singleElement()
        .satisfies(kept -> assertThat(kept.measures()).containsEntry("caption_repetition", 0.1));
    assertThat(step.apply(caption("a dog")).keptOnly().get(0).measures())
        .containsEntry("caption_repetition", 0.0);
  }

  @Test
  void refusesCaptionsFullOfFlaggedWords() {
    CheckFlaggedWords step =
        new CheckFlaggedWords(new CheckFlaggedWords.Settings(List.of("Darn", "坏狗", "坏"), 0.25));

    assertThatReason(step.apply(caption("the darn dog is ill"))).isEqualTo("CAPTION_FLAGGED_WORDS");
    assertThatReason(step.apply(caption("the DARN dog is not so ill"))).isEqualTo("kept");
    assertThatReason(step.apply(caption("darned dogs, darning socks"))).isEqualTo("kept");
    assertThatReason(step.apply(caption("一只坏狗跑了"))).isEqualTo("CAPTION_FLAGGED_WORDS");
    assertThat(step.apply(caption("一只坏猫跑了很远")).keptOnly().get(0).measures())
        .containsEntry("flagged_share", 0.125);
  }

  @Test
  void everyCheckIsOffWhereNothingCanBreakIt() {
    RecipeReader recipe =
        recipe("caption: {max-digit-share: 1, max-symbol-share: 1, max-repetition: 1}");

    assertThat(CheckCharacterMix.Limits.from(recipe).isOn()).isFalse();
    assertThat(CheckRepetition.Limits.from(recipe).isOn()).isFalse();
    assertThat(CheckFlaggedWords.Settings.from(recipe).isOn()).isFalse();
    assertThat(CheckCharacterMix.Limits.from(recipe("")))
        .isEqualTo(new CheckCharacterMix.Limits(0.5, 0.5));
    assertThat(CheckRepetition.Limits.from(recipe(""))).isEqualTo(new CheckRepetition.Limits(0.5));
    assertThat(RefuseFileName.Settings.from(recipe("caption: {file-name: keep}")).refuse())
        .isFalse();
    assertThat(RejectReason.CAPTION_REPETITIVE.remedy()).isNotBlank();
  }
}
