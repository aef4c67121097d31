package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenIds;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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

  /** Ids are small numbers; this bounds what a recipe may ask for. */
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
  TokenIds apply(String text) {
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

  /**
   * Reads a set's keys, which stand below {@code section}: {@code tokenizer}, {@code length},
   * {@code padding}, {@code pad-id}; {@code special-in-text} where the vocabulary has special
   * tokens that a text can spell; {@code file} where the tokenizer is one.
   */
  static TokenTarget from(RecipeReader recipe, String section, String name) {
    String kind =
        recipe.choice(
            section + ".tokenizer", "gpt2", "gpt2", "clip", "glide", "dalle", "bert-chinese", "hf");
    boolean specialInText =
        List.of("clip", "dalle", "hf").contains(kind)
            && recipe.flag(section + ".special-in-text", false);
    Tokenizer shipped = Tokenizer.named(kind, specialInText).orElse(null);
    return switch (kind) {
      case "clip" -> from(recipe, section, name, shipped, 77, 0);
      case "dalle" -> from(recipe, section, name, shipped, 256, 0);
      case "bert-chinese" -> from(recipe, section, name, shipped, 52, 0);
      case "hf" -> fromFile(recipe, section, name, specialInText);
      default -> from(recipe, section, name, shipped, 128, Gpt2Vocabulary.END_OF_TEXT);
    };
  }

  private static TokenTarget fromFile(
      RecipeReader recipe, String section, String name, boolean specialInText) {
    String key = section + ".file";
    Optional<NamedFile> file = recipe.file(key, TokenizerFile.LARGEST_BYTES);
    if (file.isPresent()) {
      try {
        TokenizerFile read = TokenizerFile.read(file.get().path(), specialInText);
        return from(recipe, section, name, read.tokenizer(), read.length(), read.padId());
      } catch (IOException | IllegalArgumentException e) {
        recipe.problem(key, "'" + file.get().path().getFileName() + "': " + e.getMessage());
      }
    } else if (recipe.text(key, "").isEmpty()) {
      recipe.problem(key, "tokenizer hf needs one: give the path of a tokenizer.json");
    }
    Tokenizer other = Tokenizer.named("gpt2", false).orElseThrow();
    return from(recipe, section, name, other, 128, Gpt2Vocabulary.END_OF_TEXT);
  }

  private static TokenTarget from(
      RecipeReader recipe,
      String section,
      String name,
      Tokenizer tokenizer,
      int presetLength,
      int presetPadId) {
    int special = tokenizer.before().length + tokenizer.after().length;
    int length = recipe.integer(section + ".length", presetLength, special + 1, LONGEST);
    boolean byPosition = !recipe.isFirst(section + ".padding", "fixed", "by-position");
    int padId =
        byPosition
            ? recipe.integer(section + ".pad-id", tokenizer.vocabularySize(), 0, LARGEST_ID)
            : recipe.integer(section + ".pad-id", presetPadId, 0, tokenizer.vocabularySize() - 1);
    if (padId < 0) {
      recipe.problem(section + ".pad-id", "the tokenizer has no padding; say which id fills");
    }
    return new TokenTarget(
        name, tokenizer, length, byPosition ? Padding.BY_POSITION : Padding.FIXED, padId);
  }
}
