package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.JudgesStored;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.StoredPair;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps captions that say enough about an image and not too much.
 *
 * <p>A character is a code point. A word is text between spaces that holds a letter or a digit.
 * Where most of the text is of a script that puts no spaces between words, the letters of such
 * scripts are counted instead of words and characters, and each word of another script as one more.
 *
 * <p>Measures {@code caption_characters}, and {@code caption_words} of scripts with spaces.
 * Rejects: {@code CAPTION_TOO_LONG}, {@code CAPTION_TOO_SHORT}.
 */
public final class CheckCaptionLength
    implements Check<CleanedCaption>, JudgesStored<CleanedCaption, CleanedCaption> {

  public static final String CHARACTERS = "caption_characters";
  public static final String WORDS = "caption_words";

  private static final String MIN_UNSPACED = "caption.min-unspaced-characters";
  private static final int MOST = 1_048_576;

  private final int maxCharacters;
  private final int minCharacters;
  private final int minWords;
  private final int minUnspacedCharacters;

  /**
   * Reads {@code caption.max-characters}, {@code caption.min-characters}, {@code caption.min-words}
   * and {@code caption.min-unspaced-characters}. The smallest numbers of characters and words are
   * DataComp's basic filter.
   */
  public CheckCaptionLength(RecipeReader recipe) {
    maxCharacters = recipe.integer("caption.max-characters", 2000, 1, MOST);
    minCharacters = recipe.integer("caption.min-characters", 6, 0, MOST);
    minWords = recipe.integer("caption.min-words", 3, 0, MOST);
    minUnspacedCharacters = recipe.integer(MIN_UNSPACED, 4, 0, MOST);
    refuseAboveMax(recipe, "caption.min-characters", minCharacters);
    refuseAboveMax(recipe, MIN_UNSPACED, minUnspacedCharacters);
    // Words of one letter with a space between them are the shortest there are.
    refuseAboveMax(recipe, "caption.min-words", 2 * minWords - 1);
  }

  private void refuseAboveMax(RecipeReader recipe, String key, int characters) {
    if (characters > maxCharacters) {
      recipe.problem(
          key,
          "no caption can have at least %s characters and at most caption.max-characters = %s"
              .formatted(characters, maxCharacters));
    }
  }

  @Override
  public String inWords() {
    return ("keeps captions of at most %s characters, and at least %s characters and %s, or "
            + "%s of a script without spaces")
        .formatted(
            maxCharacters,
            minCharacters,
            count(minWords, "word"),
            count(minUnspacedCharacters, "letter"));
  }

  @Override
  public Checked<CleanedCaption> check(CleanedCaption caption) {
    String text = caption.text();
    int characters = text.codePointCount(0, text.length());
    Letters letters = Letters.of(text);
    CleanedCaption measured = caption.withMeasure(CHARACTERS, characters);
    return judge(
        letters.mostlyUnspaced() ? measured : measured.withMeasure(WORDS, words(text)),
        letters.unspaced() + letters.words());
  }

  /**
   * Letters of scripts without spaces are not stored: a changed limit of theirs decides nothing.
   */
  @Override
  public Optional<Outcome<?>> judgeStored(StoredPair pair, Set<String> changed) {
    boolean tells =
        pair.measures().containsKey(CHARACTERS)
            && (pair.measures().containsKey(WORDS) || !changed.contains(MIN_UNSPACED));
    return tells
        ? Optional.of(judge(pair.caption(), Integer.MAX_VALUE).outcome(Set.of()))
        : Optional.empty();
  }

  /**
   * Judges a caption that is measured already.
   *
   * @param unspaced how many letters of scripts without spaces it has; counts where no words do
   */
  private Checked<CleanedCaption> judge(CleanedCaption measured, int unspaced) {
    int characters = measured.measures().get(CHARACTERS).intValue();
    Checked<CleanedCaption> checked = Checked.fine(measured);
    if (characters > maxCharacters) {
      checked =
          checked.but(
              RejectReason.CAPTION_TOO_LONG,
              "the caption has %s characters; it may have at most %s"
                  .formatted(characters, maxCharacters),
              Measured.atMost(CHARACTERS, characters, maxCharacters, "characters"));
    }
    Double words = measured.measures().get(WORDS);
    if (words == null) {
      String ofWhat = " of a script without spaces";
      return orTooShort(checked, unspaced, minUnspacedCharacters, "character", ofWhat);
    }
    return characters < minCharacters
        ? orTooShort(checked, characters, minCharacters, "character", "")
        : orTooShort(checked, words.intValue(), minWords, "word", "");
  }

  private static Checked<CleanedCaption> orTooShort(
      Checked<CleanedCaption> checked, int measured, int limit, String unit, String ofWhat) {
    return measured >= limit
        ? checked
        : checked.but(
            RejectReason.CAPTION_TOO_SHORT,
            "the caption has %s%s; it must have at least %s"
                .formatted(count(measured, unit), ofWhat, limit),
            Measured.atLeast(
                unit.equals("word") ? WORDS : CHARACTERS, measured, limit, unit + "s"));
  }

  private static String count(int number, String unit) {
    return number + " " + unit + (number == 1 ? "" : "s");
  }

  private static int words(String text) {
    int words = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (codePoint == ' ') {
        inWord = false;
      } else if (!inWord && Character.isLetterOrDigit(codePoint)) {
        inWord = true;
        words++;
      }
    }
    return words;
  }
}
