package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.recipe.RecipeReader;

/**
 * Keeps captions that are made of words rather than of numbers and signs.
 *
 * <p>Of all characters but spaces, a number is a decimal digit, and a sign is what is neither
 * letter, mark nor digit. A Chinese character, kana or Hangul syllable counts as {@value
 * #LETTERS_IN_SYLLABLE} characters: it says as much as that many letters of an alphabet.
 *
 * <p>Rejects: {@code CAPTION_MOSTLY_SYMBOLS}.
 */
public final class CheckCharacterMix implements Check<CleanedCaption> {

  private static final int LETTERS_IN_SYLLABLE = 3;

  private final double maxDigitShare;
  private final double maxSymbolShare;

  /**
   * Reads {@code caption.max-digit-share} and {@code caption.max-symbol-share}, 0 to 1; 1 allows
   * everything.
   */
  public CheckCharacterMix(RecipeReader recipe) {
    maxDigitShare = recipe.number("caption.max-digit-share", 0.5, 0.0, 1.0);
    maxSymbolShare = recipe.number("caption.max-symbol-share", 0.5, 0.0, 1.0);
  }

  @Override
  public boolean isOn() {
    return maxDigitShare < 1 || maxSymbolShare < 1;
  }

  @Override
  public String inWords() {
    return "keeps captions of which at most %s are digits and at most %s are symbols"
        .formatted(maxDigitShare, maxSymbolShare);
  }

  @Override
  public Checked<CleanedCaption> check(CleanedCaption caption) {
    String text = caption.text();
    int characters = 0;
    int digits = 0;
    int signs = 0;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (codePoint == ' ') {
        continue;
      }
      characters++;
      if ((codePoint | 0x20) >= 'a' && (codePoint | 0x20) <= 'z') {
        continue;
      }
      if (Character.isDigit(codePoint)) {
        digits++;
      } else if (!isOfWord(codePoint)) {
        signs++;
      } else if (codePoint >= 0x3040 && Character.getType(codePoint) == Character.OTHER_LETTER) {
        characters += LETTERS_IN_SYLLABLE - 1;
      }
    }
    return orMostly(
        orMostly(Checked.fine(caption), "digits", digits, characters, maxDigitShare),
        "signs",
        signs,
        characters,
        maxSymbolShare);
  }

  private static Checked<CleanedCaption> orMostly(
      Checked<CleanedCaption> checked, String what, int count, int of, double limit) {
    return count <= limit * of
        ? checked
        : checked.but(
            RejectReason.CAPTION_MOSTLY_SYMBOLS,
            "%s of the caption's %s characters are %s, where a Chinese one counts as %s"
                .formatted(count, of, what, LETTERS_IN_SYLLABLE),
            Measured.atMost(what + "_share", (double) count / of, limit, "of_the_characters"));
  }

  private static boolean isOfWord(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.LETTER_NUMBER ->
          true;
      default -> Character.isLetter(codePoint);
    };
  }
}
