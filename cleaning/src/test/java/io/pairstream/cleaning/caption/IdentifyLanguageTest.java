package io.pairstream.cleaning.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.recipe.RecipeReader;
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

  @ParameterizedTest(name = "hint {1}: {2}")
  @CsvSource({
    "a dog on the grass, en-GB, en-GB", "a dog on the grass, zh, en",
    "一只棕色的狗, en, zh", "一只棕色的狗, zh-Hans-CN, zh-Hans-CN",
    "一只棕色的狗, yue, yue", "一只棕色的狗, ja, ja",
    "Hund, de, de", "En mann sykler på gaten, nb, nb",
    "Ein Mann fährt mit dem Fahrrad durch die Straße, en, de", "a dog on the grass, xh, xh",
    "12345, und, und", "12345, en, und",
    "ⴰⵢⴷⵉ ⴷⴰⵜ, und, und", "xkcd qqq, und, und",
    "a very long English sentence about 狗, und, en"
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
