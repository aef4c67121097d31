package io.pairstream.cleaning.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks that turn captions away for what they say. */
class CaptionFiltersTest {

  private static final String LENGTHS =
      "max-characters: 20, min-characters: 6, min-words: 3, min-unspaced-characters: 4";

  @TempDir private Path folder;

  private static RecipeReader recipe(String captionKeys) {
    return RecipeReader.parse("recipe", "caption: {" + captionKeys + "}");
  }

  /** Reason, measured value and limit; or "kept" alone. */
  private static <T> String judge(Step<T, T> step, T caption) {
    return step.apply(caption)
        .fold(
            kept -> "kept",
            no ->
                no.reason() + ", " + no.measured().inWords() + ", " + no.measured().limitInWords());
  }

  private static String judge(Step<CleanedCaption, CleanedCaption> step, String text) {
    return judge(step, new CleanedCaption(text, "und"));
  }

  private static Double measure(Step<CleanedCaption, CleanedCaption> step, String text, String of) {
    return step.apply(new CleanedCaption(text, "und")).keptOnly().get(0).measures().get(of);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "IMG_1234.jpg", "IMG_1234", "img 20150612 123456 (1)", "dscn0001.JPG",
        "Click to Enlarge!", "点击查看大图。", "图片123", "untitled-2",
        "Bild", "Bild 3", "image 3 of 12", "some-thing.webp",
        "Image may contain: 1 person, standing", "Photo #4", "图片来源：新华社"
      })
  void refusesBoilerplate(String text) {
    assertThat(judge(new RefuseBoilerplate(recipe("")), text)).startsWith("CAPTION_BOILERPLATE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a photo of a dog", "Image of a red bicycle", "stock photo of two dogs", "图片里有一只狗",
        "click to enlarge the dog", "imagery", "Bilder einer Ausstellung", "a dog named img.jpg"
      })
  void keepsCaptionsThatOnlyBeginLikeBoilerplate(String text) {
    assertThat(judge(new RefuseBoilerplate(recipe("")), text)).isEqualTo("kept");
  }

  @Test
  void inForceIsAFilesContentAndAProblemIsSaid() throws IOException {
    Path file = Files.writeString(folder.resolve("words.txt"), "darn\n");
    RecipeReader first = flagging(file.toString());
    Files.writeString(file, "darn\ndang\n");
    assertThat(first.finish()).isNotEqualTo(flagging(file.toString()).finish());

    Path latin = Files.write(folder.resolve("latin.txt"), new byte[] {(byte) 0xE9});
    for (String bad : List.of("no/such/file", latin.toString(), folder.toString(), "nul\\0")) {
      assertThatThrownBy(flagging(bad)::finish)
          .isInstanceOf(InvalidRecipeException.class)
          .hasMessageContaining("caption.flagged-words-file: ");
    }
    Files.writeString(file, "two words\n");
    assertThatThrownBy(flagging(file.toString())::finish)
        .hasMessageContaining("line 1 of the file is not a single word");
  }

  private RecipeReader flagging(String file) {
    RecipeReader recipe =
        RecipeReader.parse(
            folder.resolve("recipe").toString(), "caption: {flagged-words-file: \"" + file + "\"}");
    assertThat(new CheckFlaggedWords(recipe)).isNotNull();
    return recipe;
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
    ReceivedCaption caption = new ReceivedCaption(text, "", address);

    assertThat(judge(new RefuseFileName(recipe("")), caption)).startsWith(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "abc 123 | kept",
        "a 123 | CAPTION_MOSTLY_SYMBOLS, 0.75 of the characters, 0.5 of the characters",
        "abc --- | kept",
        "abc ---- | CAPTION_MOSTLY_SYMBOLS, 0.5714 of the characters, 0.5 of the characters",
        "क्षि | kept",
        "订单号 202411280001 的包裹 | kept",
        "订单 202411280001 | CAPTION_MOSTLY_SYMBOLS, 0.6667 of the characters, 0.5 of the characters",
        "★★★新款★★★ | kept",
        "注文番号 202411280001 | kept",
        "주문 번호 202411280001 | kept"
      })
  void refusesCaptionsOfDigitsAndSigns(String text, String verdict) {
    assertThat(judge(new CheckCharacterMix(recipe("")), text)).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "A red bus | kept",
        "一辆红色的公共汽车 | kept",
        "ABcd | kept",
        "42! | kept",
        "NBA 球星在场上投篮 | kept",
        "BTS 콘서트 현장 사진 | kept",
        "صورة LG TV | kept",
        "BUY NOW 狗 | CAPTION_MOSTLY_CAPITALS, 1 of the letters, 0.5 of the letters",
        "BMW НА СТОЯНКЕ | CAPTION_MOSTLY_CAPITALS, 1 of the letters, 0.5 of the letters",
        "BUY NOW ok | CAPTION_MOSTLY_CAPITALS, 0.75 of the letters, 0.5 of the letters"
      })
  void refusesCaptionsThatShout(String text, String verdict) {
    assertThat(judge(new CheckCapitals(recipe("max-capital-share: 0.5")), text)).isEqualTo(verdict);
  }

  @Test
  void refusesCaptionsThatRepeatThemselves() {
    CheckRepetition step = new CheckRepetition(recipe(""));

    assertThat(judge(step, "a man and a woman and a dog and a cat")).isEqualTo("kept");
    assertThat(judge(step, "buy now buy now buy now buy now")).startsWith("CAPTION_REPETITIVE");
    assertThat(judge(step, "一只狗一只狗一只狗一只狗")).startsWith("CAPTION_REPETITIVE");
    assertThat(judge(step, "一只白色的狗和一只黑色的猫")).isEqualTo("kept");
    assertThat(measure(step, "abcdefgh abcdefgh", "caption_repetition")).isEqualTo(0.1);
    assertThat(measure(step, "a dog", "caption_repetition")).isEqualTo(0.0);
  }

  @Test
  void refusesCaptionsFullOfFlaggedWords() throws IOException {
    Path file = Files.writeString(folder.resolve("words.txt"), "Darn\n坏狗\n坏\n");
    CheckFlaggedWords step =
        new CheckFlaggedWords(
            RecipeReader.parse(
                folder.resolve("recipe").toString(),
                "caption: {max-flagged-share: 0.25, flagged-words-file: " + file + "}"));

    assertThat(judge(step, "the darn dog is ill"))
        .isEqualTo("CAPTION_FLAGGED_WORDS, 0.2667 of the letters, 0.25 of the letters");
    assertThat(judge(step, "the DARN dog is not so ill")).isEqualTo("kept");
    assertThat(judge(step, "darned dogs, darning socks")).isEqualTo("kept");
    assertThat(judge(step, "一只坏狗跑了")).startsWith("CAPTION_FLAGGED_WORDS");
    assertThat(measure(step, "一只坏猫跑了很远", "flagged_share")).isEqualTo(0.125);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a b cd | kept", // characters and words on the limit
        "one two three four e | kept", // 20 characters
        "강아지 두 마리 | kept", // Korean puts spaces
        "\uD83D\uDC36 a dog runs | kept",
        "狗狗狗狗 | kept",
        "แมวดำ | kept",
        "スープー | kept", // half of the letters are long vowel marks
        "狗狗狗狗 cat | kept",
        "a b c | CAPTION_TOO_SHORT, 5 characters, 6 characters",
        "black dog | CAPTION_TOO_SHORT, 2 words, 3 words",
        "狗狗狗 1 2 3 4 5 6 | CAPTION_TOO_SHORT, 3 characters, 4 characters",
        "Coca-Cola 可乐罐放在桌上 | kept",
        "iPhone 手机壳 | kept", // a word and three letters
        "狗狗 Coca-Cola | kept",
        "Nike 鞋 | CAPTION_TOO_SHORT, 2 characters, 4 characters",
        "東京 Disneyland | CAPTION_TOO_SHORT, 3 characters, 4 characters",
        "one two three four ef | CAPTION_TOO_LONG, 21 characters, 20 characters"
      })
  void measuresLengthInCharactersWordsOrLetters(String text, String verdict) {
    assertThat(judge(new CheckCaptionLength(recipe(LENGTHS)), text)).isEqualTo(verdict);
  }

  @Test
  void refusesMinimaAboveTheMaximum() {
    RecipeReader recipe =
        recipe("max-characters: 5, min-characters: 6, min-words: 4, min-unspaced-characters: 7");
    assertThat(new CheckCaptionLength(recipe)).isNotNull();

    assertThatThrownBy(recipe::finish)
        .hasMessageContaining(
            "caption.min-characters: no caption can have at least 6 characters and at most"
                + " caption.max-characters = 5")
        .hasMessageContaining("caption.min-words: no caption can have at least 7")
        .hasMessageContaining("caption.min-unspaced-characters: no caption can have");
  }

  @Test
  void everyCheckIsOffWhereNothingCanBreakIt() {
    String nothing =
        "max-digit-share: 1, max-symbol-share: 1, max-repetition: 1, max-capital-share: 1,"
            + " file-name: keep, boilerplate: keep";
    List<Function<RecipeReader, Step<?, ?>>> steps =
        List.of(
            CheckCharacterMix::new,
            CheckRepetition::new,
            CheckCapitals::new,
            CheckFlaggedWords::new,
            RefuseFileName::new,
            RefuseBoilerplate::new);

    assertThat(steps).noneMatch(step -> step.apply(recipe(nothing)).isOn());
  }
}
