package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.Check.Checked;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps captions that do not say the same again and again.
 *
 * <p>Repetition is the share of a text's runs of characters that occurred in it before: runs of 8
 * characters, of 4 where most letters are of a script without spaces, in lower case. An ordinary
 * caption has less than 0.2; {@code "buy now buy now buy now buy now"} has 0.7. Of more than
 * {@value #MOST_CHARACTERS} characters the first are looked at.
 *
 * <p>Measures {@code caption_repetition}. Rejects: {@code CAPTION_REPETITIVE}.
 */
public final class CheckRepetition implements Check<CleanedCaption> {

  public static final String REPETITION = "caption_repetition";

  private static final int MOST_CHARACTERS = 4096;
  private static final int RUN = 8;
  private static final int UNSPACED_RUN = 4;

  private final double maxRepetition;

  /** Reads {@code caption.max-repetition}, a share from 0 to 1; 1 switches the check off. */
  public CheckRepetition(RecipeReader recipe) {
    maxRepetition = recipe.number("caption.max-repetition", 0.5, 0.0, 1.0);
  }

  @Override
  public boolean isOn() {
    return maxRepetition < 1;
  }

  @Override
  public String inWords() {
    return "keeps captions of which at most " + maxRepetition + " was said before in them";
  }

  @Override
  public Checked<CleanedCaption> check(CleanedCaption caption) {
    double repetition = repetition(caption.text());
    Checked<CleanedCaption> checked = Checked.fine(caption.withMeasure(REPETITION, repetition));
    return repetition > maxRepetition
        ? checked.but(
            RejectReason.CAPTION_REPETITIVE,
            "the caption repeats itself",
            String.format(Locale.ROOT, "%.2f of the caption", repetition),
            maxRepetition + " of the caption")
        : checked;
  }

  private static double repetition(String text) {
    String lower =
        text.substring(0, Math.min(text.length(), MOST_CHARACTERS)).toLowerCase(Locale.ROOT);
    int run = Letters.of(text).mostlyUnspaced() ? UNSPACED_RUN : RUN;
    int runs = lower.length() - run + 1;
    if (runs < 2) {
      return 0;
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < runs; i++) {
      seen.add(lower.substring(i, i + run));
    }
    return (double) (runs - seen.size()) / runs;
  }
}
