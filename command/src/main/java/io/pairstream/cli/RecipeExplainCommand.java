package io.pairstream.cli;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.PlannedStep;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.terminal.TerminalText;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pairstream recipe explain}: what will happen to a pair, in order. */
@Command(name = "explain")
final class RecipeExplainCommand extends PairstreamCommand {

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
    RecipeFile file = CheckedRecipe.find(recipe, spec().commandLine());
    CleaningPlan plan = CheckedRecipe.plan(file);
    answer(
        new Explained(
            file.name(),
            plan.version(),
            plan.steps(),
            plan.normalisation().label(),
            plan.effectiveRecipe()),
        () -> print(file, plan));
    return ExitStatus.DONE;
  }

  private void print(RecipeFile file, CleaningPlan plan) {
    print("%s, version %s", file.name(), plan.version());
    print("A pair meets these steps in order; each keeps it or sends it to quarantine.");
    String stage = "";
    for (PlannedStep step : plan.steps()) {
      if (step.isOn() && !step.stage().equals(stage)) {
        stage = step.stage();
        print("");
        print("%s", stage);
      }
      if (step.isOn()) {
        String name = String.format("  %-" + (INDENT - 3) + "s ", step.name());
        // Broken at spaces, so that what is right of the names stays there.
        for (String line : TerminalText.wrapped(step.inWords(), COLUMNS - INDENT)) {
          print("%s%s", name, line);
          name = " ".repeat(INDENT);
        }
      }
    }
    print("");
    String profile = plan.normalisation().label();
    print("normalisation by the feed: %s", profile.isEmpty() ? "none" : profile);
    List<String> off =
        plan.steps().stream().filter(step -> !step.isOn()).map(PlannedStep::name).toList();
    if (!off.isEmpty()) {
      print("switched off: %s", String.join(", ", off));
    }
  }
}
