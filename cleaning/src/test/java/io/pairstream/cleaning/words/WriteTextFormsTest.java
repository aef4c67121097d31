package io.pairstream.cleaning.words;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WriteTextFormsTest {

  private static final WriteTextForms STEP =
      new WriteTextForms(
          RecipeReader.parse(
              "recipe",
              "texts: {lower: true, words: true, no-stop-words: true, stems: true, lemmas: true}"));

  private static Map<String, String> forms(String text, String language) {
    return STEP.apply(new CleanedCaption(text, language)).keptOnly().get(0).texts();
  }

  @Test
  void writesEveryFormOfAnEnglishCaption() {
    assertThat(forms("Two men aren't sitting on the well-worn benches, 3.5 m apart.", "en-GB"))
        .containsOnly(
            Map.entry("lower", "two men aren't sitting on the well-worn benches, 3.5 m apart."),
            Map.entry("words", "Two men aren't sitting on the well worn benches 3.5 m apart"),
            Map.entry("no_stop_words", "Two men sitting well worn benches 3.5 m apart"),
            Map.entry("stems", "two men aren't sit on the well worn bench 3.5 m apart"),
            Map.entry("lemmas", "two man aren't sit on the well wear bench 3.5 m apart"));
  }

  /** Expected words are those of jieba 0.42.1 in its precise mode. */
  @ParameterizedTest
  @CsvSource({
    "我来到北京清华大学, 我 来到 北京 清华大学",
    "他来到了网易杭研大厦, 他 来到 了 网易 杭研 大厦",
    "一个人正透过白色的门框向厕所中拍照, 一个 人正 透过 白色 的 门框 向 厕所 中 拍照",
    "三个甜甜圈旁边放着T恤。, 三个 甜甜 圈 旁边 放着 T恤",
    "一间卧室，两个花瓶, 一间 卧室 两个 花瓶"
  })
  void splitsChineseAsJiebaDoes(String text, String words) {
    assertThat(forms(text, "zh")).containsEntry("words", words);
  }

  @ParameterizedTest
  @CsvSource({
    "de, Häuser und Bäume, haus und baum", "fr, des chiennes noires, de chien noir",
    "nb, hundene løper, hund løp", "xx, dogs running, dogs running"
  })
  void stemsInTheCaptionsLanguage(String language, String text, String stems) {
    String identified = language.equals("nb") ? "no" : language;

    assertThat(forms(text, identified)).containsEntry("stems", stems);
  }

  @ParameterizedTest
  @CsvSource({
    "horses, horse", "buses, bus", "glasses, glass", "boxes, box", "knives, knife",
    "children, child", "riding, ride", "parked, park", "stopped, stop", "carried, carry",
    "building, building", "buildings, building", "dog's, dog", "grass, grass", "bus, bus",
    "stands, stand", "flies, fly", "making, make", "hopping, hop", "hoping, hope",
    "was, be", "red, red", "bed, bed", "left, left", "potatoes, potato",
    "shoes, shoe", "skiing, ski", "is, be", "ties, tie", "xyzzing, xyzzing"
  })
  void knowsEnglishLemmas(String word, String lemma) {
    assertThat(forms("xx " + word, "en")).containsEntry("lemmas", "xx " + lemma);
  }

  @Test
  void writesNothingByDefault() {
    RecipeReader recipe = RecipeReader.parse("recipe", "");

    assertThat(new WriteTextForms(recipe).isOn()).isFalse();
    assertThat(recipe.finish())
        .containsOnlyKeys(
            "texts.lemmas", "texts.lower", "texts.no-stop-words", "texts.stems", "texts.words");
  }
}
