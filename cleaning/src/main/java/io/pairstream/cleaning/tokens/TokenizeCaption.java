package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.KeyEffect;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenIds;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Turns a caption into token ids of fixed length, once for each set of the recipe: the first ones
 * of a longer caption, padding after a shorter one.
 *
 * <p>Rejects nothing.
 *
 * @param main the set that every output has
 * @param further sets of other tokenizers, each with a name of its own
 */
public record TokenizeCaption(
    TokenizeCaption.TokenTarget main, List<TokenizeCaption.TokenTarget> further)
    implements Step<CleanedCaption, TokenizeCaption.TokenizedCaption> {

  /** Last parts of a set's keys that affect the ids of every caption. */
  private static final Set<String> IN_EVERY_PAIR = Set.of("tokenizer", "file", "length", "pad-id");

  private static final int MOST_SETS = 8;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,39}");

  /**
   * Reads the section {@code tokens}, and in {@code token-sets} one section of the same keys for
   * each further set.
   */
  public TokenizeCaption(RecipeReader recipe) {
    this(TokenTarget.from(recipe, "tokens", ""), further(recipe));
  }

  private static List<TokenTarget> further(RecipeReader recipe) {
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
    return names.stream()
        .map(name -> TokenTarget.from(recipe, "token-sets." + name, name))
        .toList();
  }

  @Override
  public KeyEffect effectOf(String key) {
    return IN_EVERY_PAIR.contains(key.substring(key.lastIndexOf('.') + 1))
        ? KeyEffect.MARKS_EVERY_PAIR
        : KeyEffect.REMAKES;
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

  /**
   * One way to make token ids of a caption: tokenizer, length and padding.
   *
   * @param name name of the set in the recipe; empty for the main one
   * @param tokenizer vocabulary and algorithm
   * @param length fixed length of the ids, special tokens included; at least one more than the
   *     special tokens, at most 4096
   * @param padding how the rest is filled
   * @param padId the id that fills the rest, or is added to a place's index; 0 or more
   */
  public record TokenTarget(
      String name, Tokenizer tokenizer, int length, Padding padding, int padId) {

    /** How the places behind the tokens are filled. */
    public enum Padding {
      /** With {@code padId}. */
      FIXED,

      /**
       * With {@code padId} and the place's index, from 0, added: a padding token for each place, as
       * in DALL-E.
       */
      BY_POSITION
    }

    private static final int LONGEST = 4096;

    /** Largest pad id that a recipe may ask for; vocabularies have far fewer ids. */
    private static final int LARGEST_ID = 10_000_000;

    /** Tokenizer, length and padding, for a person. */
    String inWords() {
      return "%s%s, %s ids, padded with %s%s"
          .formatted(
              name.isEmpty() ? "" : name + " = ",
              tokenizer.name(),
              length,
              padId,
              padding == Padding.BY_POSITION ? " plus the place's index" : "");
    }

    /** The text's ids between the special ones, cut or padded to the length. */
    public TokenIds apply(String text) {
      int[] all = tokenizer.encode(text);
      int[] before = tokenizer.before();
      int[] after = tokenizer.after();
      int kept = Math.min(all.length, length - before.length - after.length);
      int count = before.length + kept + after.length;
      int[] ids = Arrays.copyOf(before, length);
      System.arraycopy(all, 0, ids, before.length, kept);
      System.arraycopy(after, 0, ids, before.length + kept, after.length);
      for (int place = count; place < length; place++) {
        ids[place] = padding == Padding.FIXED ? padId : padId + place;
      }
      return new TokenIds(ids, count, before.length + all.length + after.length);
    }

    /** The ids of an empty text, without those behind its tokens that {@code padId} alone fills. */
    public TokenIds empty() {
      TokenIds whole = apply("");
      return padding == Padding.FIXED
          ? new TokenIds(Arrays.copyOf(whole.ids(), whole.count()), whole.count(), whole.count())
          : whole;
    }

    /**
     * Reads a set's keys, which are below {@code section}: {@code tokenizer}, {@code length},
     * {@code padding}, {@code pad-id}; {@code special-in-text} where the vocabulary has special
     * tokens that a text can spell; {@code file} where the tokenizer is one.
     */
    public static TokenTarget from(RecipeReader recipe, String section, String name) {
      String kind =
          recipe.choice(
              section + ".tokenizer",
              "gpt2",
              "gpt2",
              "clip",
              "glide",
              "dalle",
              "bert-chinese",
              "hf");
      boolean specialInText =
          List.of("clip", "dalle", "hf").contains(kind)
              && recipe.flag(section + ".special-in-text", false);
      Tokenizer tokenizer =
          Tokenizer.named(kind, specialInText)
              .or(
                  () ->
                      TokenizerFile.named(
                          recipe,
                          section + ".file",
                          file -> TokenizerFile.parse(file, specialInText)))
              .or(() -> Tokenizer.named("gpt2", false))
              .orElseThrow();
      int special = tokenizer.before().length + tokenizer.after().length;
      int length = recipe.integer(section + ".length", tokenizer.length(), special + 1, LONGEST);
      boolean byPosition = !recipe.isFirst(section + ".padding", "fixed", "by-position");
      int padId =
          byPosition
              ? recipe.integer(section + ".pad-id", tokenizer.vocabularySize(), 0, LARGEST_ID)
              : recipe.integer(
                  section + ".pad-id", tokenizer.padId(), 0, tokenizer.vocabularySize() - 1);
      if (padId < 0) {
        recipe.problem(section + ".pad-id", "the tokenizer has no padding; say which id fills");
      }
      return new TokenTarget(
          name, tokenizer, length, byPosition ? Padding.BY_POSITION : Padding.FIXED, padId);
    }
  }
}
