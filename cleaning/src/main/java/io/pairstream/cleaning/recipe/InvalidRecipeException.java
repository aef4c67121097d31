package io.pairstream.cleaning.recipe;

import java.util.List;
import java.util.stream.Collectors;

/** A recipe that cannot be used, with everything that is wrong with it. */
public final class InvalidRecipeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<RecipeProblem> problems;

  public InvalidRecipeException(String source, List<RecipeProblem> problems) {
    super(
        problems.stream()
            .map(problem -> "\n  " + source + ", " + problem)
            .collect(Collectors.joining("", "the recipe is refused:", "")));
    this.problems = List.copyOf(problems);
  }

  /** All problems, in the file's order. */
  public List<RecipeProblem> problems() {
    return problems;
  }

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
}
