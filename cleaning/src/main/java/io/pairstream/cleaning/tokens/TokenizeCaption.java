package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.caption.CleanedCaption;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenIds;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Turns a caption into token ids of fixed length, once for each set of the recipe: the first ones
 * of a longer caption, padding after a shorter one.
 *
 * <p>Rejects nothing.
 */
public final class TokenizeCaption
    implements Step<CleanedCaption, TokenizeCaption.TokenizedCaption> {

  private static final int MOST_SETS = 8;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,39}");

  private final TokenTarget main;
  private final List<TokenTarget> further;

  /**
   * Reads the section {@code tokens}, and in {@code token-sets} one section of the same keys for
   * each further set.
   */
  public TokenizeCaption(RecipeReader recipe) {
    main = TokenTarget.from(recipe, "tokens", "");
    List<String> names = recipe.sections("token-sets");
    if (names.size() > MOST_SETS) {
      recipe.problem("token-sets", "holds " + names.size() + " sets; at most " + MOST_SETS);
    }
    for (String name : names) {
      if (!NAME.matcher(name).matches()) {
        recipe.problem(
            "token-sets." + name,
            "a set's name is made of a to z, 0 to 9, - and _, at most 40 of them");
      }
    }
    further =
        names.stream().map(name -> TokenTarget.from(recipe, "token-sets." + name, name)).toList();
  }

  /** The set that every output has. */
  public TokenTarget main() {
    return main;
  }

  /** Sets of other tokenizers, each with a name of its own. */
  public List<TokenTarget> further() {
    return further;
  }

  @Override
  public String inWords() {
    return Stream.concat(Stream.of(main), further.stream())
        .map(TokenTarget::inWords)
        .collect(Collectors.joining("; ", "writes token ids: ", ""));
  }

  @Override
  public Outcome<TokenizedCaption> apply(CleanedCaption caption) {
    String text = caption.text();
    return Outcome.kept(
        new TokenizedCaption(
            caption, main.apply(text), further.stream().map(set -> set.apply(text)).toList()));
  }

  /**
   * Token ids of fixed length. The mask of the ids is 1 for the first {@code count} of them.
   *
   * <p>Takes ownership of the array. Equal by content.
   *
   * @param ids int32 [length], padded as the recipe says
   * @param count how many of {@code ids} are tokens, special ones included
   * @param untruncatedCount how many tokens the text has in all, special ones included
   */
  @SuppressWarnings("ArrayRecordComponent") // equals and hashCode compare the content
  public record TokenIds(int[] ids, int count, int untruncatedCount) {

    /** Whether the text has more tokens than fit. */
    public boolean truncated() {
      return untruncatedCount > count;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof TokenIds that
          && Arrays.equals(ids, that.ids)
          && count == that.count
          && untruncatedCount == that.untruncatedCount;
    }

    @Override
    public int hashCode() {
      return 31 * Arrays.hashCode(ids) + untruncatedCount;
    }
  }

  /**
   * A cleaned caption with its token ids.
   *
   * @param caption the text that the ids stand for
   * @param tokens the ids of the main set
   * @param further the ids of the further sets, in the recipe's order
   */
  public record TokenizedCaption(CleanedCaption caption, TokenIds tokens, List<TokenIds> further) {

    public TokenizedCaption {
      further = List.copyOf(further);
    }
  }
}
