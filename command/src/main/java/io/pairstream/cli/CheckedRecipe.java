package io.pairstream.cli;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.StepObserver;
import io.pairstream.cleaning.image.ImageWorkerUnavailableException;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeFile;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;

/** A recipe without mistakes, so that no process is started with one that it would refuse. */
final class CheckedRecipe {

  private CheckedRecipe() {}

  /**
   * Checks a recipe.
   *
   * @param nameOrPath name of a shipped recipe, or a file
   * @return the name, or the file's absolute path, for a process that runs in another directory
   * @throws InvalidRecipeException with all mistakes
   * @throws CommandLine.ParameterException where there is no such recipe
   */
  static String of(String nameOrPath, CommandLine command) {
    plan(find(nameOrPath, command));
    return RecipeFile.SHIPPED.contains(nameOrPath)
        ? nameOrPath
        : Path.of(nameOrPath).toAbsolutePath().toString();
  }

  static RecipeFile find(String nameOrPath, CommandLine command) {
    try {
      return RecipeFile.find(nameOrPath);
    } catch (IOException e) {
      throw new CommandLine.ParameterException(command, e.getMessage());
    }
  }

  /** The recipe's plan, with no worker behind it. */
  static CleaningPlan plan(RecipeFile recipe) {
    return new CleaningPlan(
        recipe.reader(),
        (image, target) -> {
          throw new ImageWorkerUnavailableException("checking a recipe decodes nothing");
        },
        StepObserver.NONE);
  }
}
