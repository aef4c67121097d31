package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.recipe.RecipeProblem;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pairstream recipe check}: all mistakes at once, or the version and what is in force. */
@Command(name = "check")
final class RecipeCheckCommand extends PairstreamCommand {

  @Parameters(paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

  /** A recipe as JSON; one that is refused has neither version nor settings. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Checked(
      String recipe, String version, Map<String, String> settings, List<RecipeProblem> problems) {}

  @Override
  public Integer call() {
    RecipeFile file = CheckedRecipe.find(recipe, spec().commandLine());
    try {
      CleaningPlan plan = CheckedRecipe.plan(file);
      answer(
          new Checked(file.name(), plan.version(), plan.effectiveRecipe(), List.of()),
          () -> {
            print("%s is good; version %s", file.name(), plan.version());
            plan.effectiveRecipe().forEach((key, value) -> print("  %-34s %s", key, value));
          });
      return ExitStatus.DONE;
    } catch (InvalidRecipeException e) {
      answer(new Checked(file.name(), null, null, e.problems()), () -> Faults.explain(e, err()));
      return ExitStatus.FOUND_WRONG;
    }
  }
}
