package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.Checked;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.recipe.RecipeReader;

/**
 * Keeps captions that say enough about an image and not too much.
 *
 * <p>A character is a code point. A word is what stands between spaces and holds a letter or a
 * digit. Where most letters are of a script that puts no spaces between words, those letters are
 * counted instead of words and characters.
 *
 * <p>Measures {@code caption_characters}, and {@code caption_words} of scripts with spaces.
 * Rejects: {@code CAPTION_TOO_LONG}, {@code CAPTION_TOO_SHORT}.
 */
public final class CheckCaptionLength implements Check<CleanedCaption> {

  public static final String CHARACTERS = "caption_characters";
  public static final String WORDS = "caption_words";

  private final Limits limits;

  public CheckCaptionLength(Limits limits) {
    this.limits = limits;
  }

  @Override
  public String inWords() {
    return ("keeps captions of at most %s characters, and at least %s characters and %s, or "
            + "%s of a script without spaces")
        .formatted(
            limits.maxCharacters(),
            limits.minCharacters(),
            count(limits.minWords(), "word"),
            count(limits.minUnspacedCharacters(), "letter"));
  }

  @Override
  public Checked<CleanedCaption> check(CleanedCaption caption) {
    String text = caption.text();
    int characters = text.codePointCount(0, text.length());
    ScriptMix mix = ScriptMix.of(text);
    int words = mix.mostlyUnspaced() ? 0 : words(text);
    CleanedCaption measured = caption.withMeasure(CHARACTERS, characters);
    Checked<CleanedCaption> checked =
        Checked.fine(mix.mostlyUnspaced() ? measured : measured.withMeasure(WORDS, words));
    if (characters > limits.maxCharacters()) {
      checked =
          checked.but(
              RejectReason.CAPTION_TOO_LONG,
              "the caption has %s characters; it may have at most %s"
                  .formatted(characters, limits.maxCharacters()),
              count(characters, "character"),
              count(limits.maxCharacters(), "character"));
    }
    if (mix.mostlyUnspaced()) {
      return mix.unspaced() < limits.minUnspacedCharacters()
          ? tooShort(
              checked,
              mix.unspaced(),
              limits.minUnspacedCharacters(),
              "character",
              " of a script without spaces")
          : checked;
    }
    if (characters < limits.minCharacters()) {
      return tooShort(checked, characters, limits.minCharacters(), "character", "");
    }
    return words < limits.minWords()
        ? tooShort(checked, words, limits.minWords(), "word", "")
        : checked;
  }

  /** Whether a caption's characters and words are counted, and not its letters. */
  public static boolean hasWordsBetweenSpaces(String caption) {
    return !ScriptMix.of(caption).mostlyUnspaced();
  }

  private static Checked<CleanedCaption> tooShort(
      Checked<CleanedCaption> checked, int measured, int limit, String unit, String ofWhat) {
    return checked.but(
        RejectReason.CAPTION_TOO_SHORT,
        "the caption has " + count(measured, unit) + ofWhat + "; it must have at least " + limit,
        count(measured, unit),
        count(limit, unit));
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

  /**
   * How long a caption must and may be after cleaning. The smallest numbers of characters and words
   * are DataComp's basic filter.
   *
   * @param maxCharacters largest allowed number of characters; 1 to 1048576
   * @param minCharacters smallest allowed number of characters; 0 to 1048576
   * @param minWords smallest allowed number of words; 0 to 1048576
   * @param minUnspacedCharacters smallest allowed number of letters of scripts that put no spaces
   *     between words; 0 to 1048576
   */
  public record Limits(
      int maxCharacters, int minCharacters, int minWords, int minUnspacedCharacters) {

    private static final int MOST = 1_048_576;

    /**
     * Reads {@code caption.max-characters}, {@code caption.min-characters}, {@code
     * caption.min-words} and {@code caption.min-unspaced-characters}.
     */
    public static Limits from(RecipeReader recipe) {
      Limits limits =
          new Limits(
              recipe.integer("caption.max-characters", 2000, 1, MOST),
              recipe.integer("caption.min-characters", 6, 0, MOST),
              recipe.integer("caption.min-words", 3, 0, MOST),
              recipe.integer("caption.min-unspaced-characters", 4, 0, MOST));
      refuseAboveMax(recipe, "caption.min-characters", limits.minCharacters(), limits);
      refuseAboveMax(
          recipe, "caption.min-unspaced-characters", limits.minUnspacedCharacters(), limits);
      // Words of one letter with a space between them are the shortest there are.
      refuseAboveMax(recipe, "caption.min-words", 2 * limits.minWords() - 1, limits);
      return limits;
    }

    private static void refuseAboveMax(
        RecipeReader recipe, String key, int characters, Limits limits) {
      if (characters > limits.maxCharacters()) {
        recipe.problem(
            key,
            ("no caption can have at least %s characters and at most caption.max-characters = "
                    + "%s")
                .formatted(characters, limits.maxCharacters()));
      }
    }
  }
}
