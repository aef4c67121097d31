package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.recipe.RecipeReader;

/**
 * Keeps captions that do not shout.
 *
 * <p>Counts letters that have a case. A caption that is mostly of a script without case, whose
 * letters count for three, is kept, as Chinese with names in capitals.
 *
 * <p>Rejects: {@code CAPTION_MOSTLY_CAPITALS}.
 */
public final class CheckCapitals implements Check<CleanedCaption> {

  private final double maxShare;

  /** Reads {@code caption.max-capital-share}, 0 to 1; 1 switches the check off. */
  public CheckCapitals(RecipeReader recipe) {
    maxShare = recipe.number("caption.max-capital-share", 1.0, 0.0, 1.0);
  }

  @Override
  public boolean isOn() {
    return maxShare < 1;
  }

  @Override
  public String inWords() {
    return "keeps captions of whose letters at most " + maxShare + " are capitals";
  }

  @Override
  public Checked<CleanedCaption> check(CleanedCaption caption) {
    String text = caption.text();
    long capitals = text.codePoints().filter(Character::isUpperCase).count();
    long cased = capitals + text.codePoints().filter(Character::isLowerCase).count();
    long others = text.codePoints().filter(Character::isLetter).count() - cased;
    Checked<CleanedCaption> checked = Checked.fine(caption);
    return capitals <= maxShare * cased || 3 * others >= cased
        ? checked
        : checked.but(
            RejectReason.CAPTION_MOSTLY_CAPITALS,
            capitals + " of the caption's " + cased + " letters are capitals",
            Measured.atMost(
                "capitals_share", (double) capitals / cased, maxShare, "of_the_letters"));
  }
}
