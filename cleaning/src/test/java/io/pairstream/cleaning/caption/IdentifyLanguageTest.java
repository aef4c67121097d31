package io.pairstream.cleaning.caption;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

class IdentifyLanguageTest {

  private static IdentifyLanguage step(String yaml) {
    RecipeReader recipe = RecipeReader.parse("recipe", yaml);
    IdentifyLanguage step = new IdentifyLanguage(recipe);
    recipe.finish();
    return step;
  }

  private static String language(String text, String hint) {
    return step("").apply(new CleanedCaption(text, hint)).keptOnly().get(0).language();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvFileSource(
      resources = "captions.tsv",
      delimiter = '\t',
      quoteCharacter = '\u0000',
      encoding = "UTF-8")
  void tellsTheLanguageOfACaption(String language, String text) {
    CleanedCaption identified = step("").apply(new CleanedCaption(text, "und")).keptOnly().get(0);

    assertThat(identified.language()).isEqualTo(language);
    assertThat(identified.measures().get(IdentifyLanguage.CONFIDENCE)).isBetween(0.5, 1.0);
  }

  @Test
  void aBrandNameDoesNotDecideTheLanguage() {
    Map<String, List<String>> captions =
        ClassPathFile.lines(IdentifyLanguageTest.class, "brand-names.tsv")
            .map(line -> line.split("\t"))
            .collect(groupingBy(row -> row[0], mapping(row -> row[1], toList())));

    captions.forEach(
        (language, texts) -> {
          List<String> wrong =
              texts.stream().filter(text -> !language(text, "und").equals(language)).toList();
          assertThat((double) wrong.size() / texts.size())
              .as("%s taken for another language: %s", language, wrong)
              .isLessThanOrEqualTo(0.05);
          if (!language.equals("en")) {
            assertThat(texts)
                .as("hinted as " + language)
                .allMatch(text -> language(text, language).equals(language));
          }
        });
    assertThat(captions.values()).filteredOn(texts -> texts.size() >= 60).hasSize(5);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "駐車禁止, und, zh, 0.73", "中國國家博物館前的廣場, und, zh, 0.87",
    "他們在說話, und, zh, 1.0", "小猫换发型, und, zh, 1.0",
    "駐車禁止, zh, zh, 1.0", "東京駅前広場, und, ja, 1.0"
  })
  void chineseCharactersAloneAreNoCertainty(
      String text, String hint, String language, double confidence) {
    CleanedCaption caption = step("").apply(new CleanedCaption(text, hint)).keptOnly().get(0);

    assertThat(caption.language()).isEqualTo(language);
    assertThat(caption.measures().get(IdentifyLanguage.CONFIDENCE))
        .isCloseTo(confidence, within(0.01));
  }

  @ParameterizedTest(name = "hint {1}: {2}")
  @CsvSource({
    "a dog on the grass, en-GB, en-GB",
    "a dog on the grass, zh, en",
    "一只棕色的狗, en, zh",
    "一只棕色的狗, zh-Hans-CN, zh-Hans-CN",
    "一只棕色的狗, yue, yue",
    "一只棕色的狗, ja, ja",
    "Hund, de, de",
    "En mann sykler på gaten, nb, nb",
    "Ein Mann fährt mit dem Fahrrad durch die Straße, en, de",
    "a dog on the grass, xh, xh",
    "12345, und, und",
    "12345, en, und",
    "ⴰⵢⴷⵉ ⴷⴰⵜ, und, und",
    "xkcd qqq, und, und",
    "a very long English sentence about 狗, und, en",
    "a very long English sentence about a sign with 狗, zh, en",
    "一只棕色的狗在 iPhone 上, en, zh",
    "Nike Air Jordan 1 Retro High OG 芝加哥, zh, zh",
    "Louis Vuitton Neverfull MM Damier Ebene 手袋, zh-Hans, zh-Hans",
    "Nike Air Max Plus 'белые', ru, ru",
    "Samsung Galaxy S24 Ultra 사진, ko, ko",
    "東京の花火大会, zh, zh",
    "東京で花火を見る, zh, ja",
    "东京的烟火动漫展の, und, zh"
  })
  void weighsTheHint(String text, String hint, String language) {
    assertThat(language(text, hint)).isEqualTo(language);
  }

  @Test
  void keepsOnlyTheLanguagesThatAreWanted() {
    IdentifyLanguage step = step("caption: {languages: 'zh, pt-br'}");

    assertThat(step.apply(new CleanedCaption("一只棕色的狗", "zh-Hans")).keptOnly()).hasSize(1);
    assertThat(
            step.apply(new CleanedCaption("Um cão castanho corre pela relva", "pt-BR")).keptOnly())
        .hasSize(1);
    assertThat(step.apply(new CleanedCaption("a dog on the grass", "en")).rejectedOnly())
        .extracting(r -> r.reason().name(), Rejection::measured)
        .containsExactly(tuple("CAPTION_LANGUAGE_UNWANTED", Measured.text("en", "zh, pt-BR")));
  }

  @Test
  void rejectsWhatItIsUnsureOf() {
    IdentifyLanguage step = step("caption: {min-language-confidence: 0.9}");

    Outcome<CleanedCaption> outcome = step.apply(new CleanedCaption("Hund og katt", "und"));

    assertThat(outcome.rejectedOnly())
        .extracting(rejection -> rejection.reason().name())
        .containsExactly("CAPTION_LANGUAGE_UNSURE");
    assertThat(
            step.apply(new CleanedCaption("two women are standing on the green grass", "und"))
                .keptOnly())
        .hasSize(1);
  }

  @Test
  void takesTheHintAloneWhereTheTextIsNotLookedAt() {
    IdentifyLanguage step = step("caption: {identify-language: false}");

    assertThat(step.apply(new CleanedCaption("a dog on the grass", "zh")).keptOnly())
        .containsExactly(new CleanedCaption("a dog on the grass", "zh"));
    assertThat(step.apply(new CleanedCaption("一只棕色的狗", "und")).keptOnly())
        .containsExactly(new CleanedCaption("一只棕色的狗", "und"));
    assertThat(step.apply(new CleanedCaption("a dog on the grass", "und")).keptOnly())
        .containsExactly(new CleanedCaption("a dog on the grass", "und"));
  }
}
