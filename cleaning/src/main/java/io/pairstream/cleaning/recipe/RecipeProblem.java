package io.pairstream.cleaning.recipe;

/**
 * One mistake in a recipe.
 *
 * @param line line in the file, from 1
 * @param key dotted key; empty where the file as a whole is at fault
 * @param message what is wrong and what would be right
 */
public record RecipeProblem(int line, String key, String message) {

  @Override
  public String toString() {
    return "line " + line + ": " + (key.isEmpty() ? "" : key + ": ") + message;
  }
}
