package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.CleaningPlan.PlannedStep;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.terminal.TerminalText;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pairstream recipe}: what a recipe says, before anything runs with it. */
@Command(
    name = "recipe",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {RecipeCommand.Check.class, RecipeCommand.Explain.class, RecipeTryCommand.class})
final class RecipeCommand {

  private RecipeCommand() {}

  /** {@code pairstream recipe check}: all mistakes at once, or the version and what is in force. */
  @Command(name = "check")
  static final class Check extends PairstreamCommand {

    @Parameters(paramLabel = "NAME|FILE", defaultValue = "dalle")
    private String recipe;

    /** A recipe as JSON; one that is refused has neither version nor settings. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Checked(
        String recipe,
        String version,
        Map<String, String> settings,
        List<RecipeProblem> problems) {}

    @Override
    public Integer call() {
      RecipeFile file = recipe(recipe);
      try {
        CleaningPlan plan = plan(file);
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

  /** {@code pairstream recipe explain}: what will happen to a pair, in order. */
  @Command(name = "explain")
  static final class Explain extends PairstreamCommand {

    private static final int COLUMNS = 100;
    private static final int INDENT = 30;

    @Parameters(paramLabel = "NAME|FILE", defaultValue = "dalle")
    private String recipe;

    /** A recipe's plan as JSON. */
    private record Explained(
        String recipe,
        String version,
        List<PlannedStep> steps,
        String normalisation,
        Map<String, String> settings) {}

    @Override
    public Integer call() {
      RecipeFile file = recipe(recipe);
      CleaningPlan plan = plan(file);
      Explained explained =
          new Explained(
              file.name(),
              plan.version(),
              plan.steps(),
              plan.normalisation().label(),
              plan.effectiveRecipe());
      answer(explained, () -> print(explained));
      return ExitStatus.DONE;
    }

    private void print(Explained plan) {
      print("%s, version %s", plan.recipe(), plan.version());
      print("A pair meets these steps in order; each keeps it or sends it to quarantine.");
      String stage = "";
      for (PlannedStep step : plan.steps().stream().filter(PlannedStep::isOn).toList()) {
        if (!step.stage().equals(stage)) {
          stage = step.stage();
          print("%n%s", stage);
        }
        String name = String.format("  %-" + (INDENT - 3) + "s ", step.name());
        // Broken at spaces, so that what is right of the names stays there.
        for (String line : TerminalText.wrapped(step.inWords(), COLUMNS - INDENT)) {
          print("%s%s", name, line);
          name = " ".repeat(INDENT);
        }
      }
      print("");
      String profile = plan.normalisation();
      print("normalisation by the feed: %s", profile.isEmpty() ? "none" : profile);
      List<String> off =
          plan.steps().stream().filter(step -> !step.isOn()).map(PlannedStep::name).toList();
      if (!off.isEmpty()) {
        print("switched off: %s", String.join(", ", off));
      }
    }
  }
}
