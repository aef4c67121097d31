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
 * Keeps captions that do not say the same again and again.
 *
 * <p>Repetition is the share of a text's runs of characters that occurred in it before: runs of 8
 * characters, of 4 where most letters are of a script without spaces, in lower case. An ordinary
 * caption has less than 0.2; {@code "buy now buy now buy now buy now"} has 0.7. Of more than
 * {@value #MOST_CHARACTERS} characters the first are looked at.
 *
 * <p>Measures {@code caption_repetition}. Rejects: {@code CAPTION_REPETITIVE}.
 */
public final class CheckRepetition
    implements Check<CleanedCaption>, JudgesStored<CleanedCaption, CleanedCaption> {

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
    return "keeps captions of which at most " + maxRepetition + " repeats an earlier part";
  }

  @Override
  public Checked<CleanedCaption> check(CleanedCaption caption) {
    return judge(caption.withMeasure(REPETITION, repetition(caption.text())));
  }

  @Override
  public Optional<Outcome<?>> judgeStored(StoredPair pair, Set<String> changed) {
    return pair.measures().containsKey(REPETITION)
        ? Optional.of(judge(pair.caption()).outcome(Set.of()))
        : Optional.empty();
  }

  private Checked<CleanedCaption> judge(CleanedCaption measured) {
    double repetition = measured.measures().get(REPETITION);
    Checked<CleanedCaption> checked = Checked.fine(measured);
    return repetition > maxRepetition
        ? checked.but(
            RejectReason.CAPTION_REPETITIVE,
            "the caption repeats itself",
            Measured.atMost(REPETITION, repetition, maxRepetition, "of_the_caption"))
        : checked;
  }

  private static double repetition(String text) {
    int length = Math.min(text.length(), MOST_CHARACTERS);
    int run = Letters.of(text).mostlyUnspaced() ? UNSPACED_RUN : RUN;
    int runs = length - run + 1;
    if (runs < 2) {
      return 0;
    }
    // A run fits into two longs of four chars each; 31 bits of their product tell runs apart.
    int[] seen = new int[Integer.highestOneBit(runs) * 4];
    int repeated = 0;
    long first = 0;
    long second = 0;
    for (int i = 0; i < length; i++) {
      first = first << 16 | (run == RUN ? second >>> 48 : 0);
      second = second << 16 | Character.toLowerCase(text.charAt(i));
      if (i >= run - 1 && !add(seen, first * 0x9E3779B97F4A7C15L + second * 0xC2B2AE3D27D4EB4FL)) {
        repeated++;
      }
    }
    return (double) repeated / runs;
  }

  /** Returns whether the run is new. */
  private static boolean add(int[] seen, long product) {
    long mixed = (product ^ product >>> 29) * 0xBF58476D1CE4E5B9L;
    int mark = (int) (mixed >>> 32) | 1;
    int slot = (int) (mixed >>> 16) & (seen.length - 1);
    while (seen[slot] != 0) {
      if (seen[slot] == mark) {
        return false;
      }
      slot = (slot + 1) & (seen.length - 1);
    }
    seen[slot] = mark;
    return true;
  }
}
