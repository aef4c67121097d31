package io.pairstream.cleaning.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckCaptionLengthTest {

  private final CheckCaptionLength step =
      new CheckCaptionLength(new CheckCaptionLength.Limits(20, 6, 3, 4));

  private Outcome<CleanedCaption> check(String text) {
    return step.apply(new CleanedCaption(text, "und"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b cd", // characters and words on the limit
        "one two three four e", // 20 characters
        "1 red car",
        "\uAC15\uC544\uC9C0 \uB450 \uB9C8\uB9AC", // Korean puts spaces
        "\uD83D\uDC36 a dog runs",
        "\u72D7\u72D7\u72D7\u72D7",
        "\u0E41\u0E21\u0E27\u0E14\u0E33", // Thai
        "\u30B9\u30FC\u30D1\u30FC", // half of the letters are long vowel marks
        "\u1780\u17D2\u1798\u17C2\u179A\u1780", // Khmer
        "\u72D7\u72D7\u72D7\u72D7 cat"
      })
  void keepsCaptionOnTheLimit(String text) {
    assertThat(check(text).keptOnly())
        .singleElement()
        .satisfies(
            kept -> {
              assertThat(kept.text()).isEqualTo(text);
              assertThat(kept.measures())
                  .containsEntry(
                      "caption_characters", (double) text.codePointCount(0, text.length()));
            });
  }

  @Test
  void rejectsOneCharacterTooFew() {
    assertThat(check("a b c"))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.CAPTION_TOO_SHORT,
                "the caption has 5 characters; it must have at least 6",
                "5 characters",
                "6 characters"));
  }

  @Test
  void rejectsOneWordTooFew() {
    assertThat(check("black dog"))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.CAPTION_TOO_SHORT,
                "the caption has 2 words; it must have at least 3",
                "2 words",
                "3 words"));
  }

  @Test
  void rejectsOneUnspacedLetterTooFew() {
    assertThat(check("\u72D7\u72D7\u72D7 1 2 3 4 5 6"))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.CAPTION_TOO_SHORT,
                "the caption has 3 characters of a script without spaces; it must have at least 4",
                "3 characters",
                "4 characters"));
  }

  @Test
  void countsWordsWhereHalfOfTheLettersAreUnspaced() {
    assertThat(check("\u72D7\u72D7\u72D7\u72D7 cats").rejectedOnly())
        .singleElement()
        .satisfies(rejection -> assertThat(rejection.measured()).isEqualTo("2 words"));
  }

  @Test
  void rejectsOneCharacterTooMany() {
    assertThat(check("one two three four ef"))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.CAPTION_TOO_LONG,
                "the caption has 21 characters; it may have at most 20",
                "21 characters",
                "20 characters"));
  }

  @Test
  void refusesMinimaAboveTheMaximum() {
    String yaml =
        """
        caption:
          max-characters: 5
          min-characters: 6
          min-words: 4
          min-unspaced-characters: 7
        """;
    RecipeReader recipe = RecipeReader.parse("recipe", yaml);
    CheckCaptionLength.Limits.from(recipe);

    assertThatThrownBy(recipe::finish)
        .isInstanceOf(InvalidRecipeException.class)
        .hasMessageContaining(
            "line 3: caption.min-characters: no caption can have at least 6 characters and at most"
                + " caption.max-characters = 5")
        .hasMessageContaining("line 4: caption.min-words: no caption can have at least 7")
        .hasMessageContaining("line 5: caption.min-unspaced-characters: no caption can have");
  }
}
