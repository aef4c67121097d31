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
}
