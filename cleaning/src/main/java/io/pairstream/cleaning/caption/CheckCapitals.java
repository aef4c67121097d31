package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.Checked;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Switchable;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Locale;

/**
 * Keeps captions that do not shout.
 *
 * <p>Counts letters that have a case; a caption without any, as in Chinese, is kept.
 *
 * <p>Rejects: {@code CAPTION_MOSTLY_CAPITALS}.
 */
public final class CheckCapitals implements Check<CleanedCaption> {

  private final Limit limit;

  public CheckCapitals(Limit limit) {
    this.limit = limit;
  }

  @Override
  public String inWords() {
    return "keeps captions of whose letters at most " + limit.maxCapitalShare() + " are capitals";
  }

  @Override
  public Checked<CleanedCaption> check(CleanedCaption caption) {
    long capitals = caption.text().codePoints().filter(Character::isUpperCase).count();
    long cased = capitals + caption.text().codePoints().filter(Character::isLowerCase).count();
    if (capitals <= limit.maxCapitalShare() * cased) {
      return Checked.fine(caption);
    }
    return Checked.fine(caption)
        .but(
            RejectReason.CAPTION_MOSTLY_CAPITALS,
            capitals + " of the caption's " + cased + " letters are capitals",
            String.format(Locale.ROOT, "%.2f of the letters", (double) capitals / cased),
            limit.maxCapitalShare() + " of the letters");
  }

  /**
   * How loud a caption may be.
   *
   * @param maxCapitalShare largest allowed share of capitals, 0 to 1; 1 switches the check off
   */
  public record Limit(double maxCapitalShare) implements Switchable {

    /** Reads {@code caption.max-capital-share}. */
    public static Limit from(RecipeReader recipe) {
      return new Limit(recipe.number("caption.max-capital-share", 1.0, 0.0, 1.0));
    }

    @Override
    public boolean isOn() {
      return maxCapitalShare < 1;
    }
  }
}
