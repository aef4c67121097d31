package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.caption.CleanedCaption;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Turns a caption into token ids of fixed length, once for each set of the recipe: the first ones
 * of a longer caption, padding after a shorter one.
 *
 * <p>Rejects nothing.
 */
public final class TokenizeCaption implements Step<CleanedCaption, TokenizedCaption> {

  private final Settings settings;

  public TokenizeCaption(Settings settings) {
    this.settings = settings;
  }

  @Override
  public Outcome<TokenizedCaption> apply(CleanedCaption caption) {
    String text = caption.text();
    return Outcome.kept(
        new TokenizedCaption(
            caption,
            settings.main().apply(text),
            settings.further().stream().map(set -> set.apply(text)).toList()));
  }

  /**
   * How captions become ids.
   *
   * @param main the set that every output has
   * @param further sets of other tokenizers, at most 8, each with a name of its own
   */
  public record Settings(TokenTarget main, List<TokenTarget> further) {

    private static final int MOST_SETS = 8;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,39}");

    public Settings {
      further = List.copyOf(further);
    }

    /**
     * Reads the section {@code tokens}, and in {@code token-sets} one section of the same keys for
     * each further set.
     */
    public static Settings from(RecipeReader recipe) {
      TokenTarget main = TokenTarget.from(recipe, "tokens", "");
      List<String> names = recipe.sections("token-sets");
      if (names.size() > MOST_SETS) {
        recipe.problem("token-sets", "holds " + names.size() + " sets; at most " + MOST_SETS);
      }
      List<TokenTarget> further = new ArrayList<>();
      for (String name : names) {
        if (!NAME.matcher(name).matches()) {
          recipe.problem(
              "token-sets." + name,
              "a set's name is made of a to z, 0 to 9, - and _, at most 40 of them");
        }
        further.add(TokenTarget.from(recipe, "token-sets." + name, name));
      }
      return new Settings(main, further);
    }
  }
}
