package io.pairstream.cli.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.PlannedStep;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.Faults;
import io.pairstream.cli.command.FilesFrom;
import io.pairstream.cli.command.NewCommand;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.python.StepProbe;
import io.pairstream.platform.AppLayout;
import io.pairstream.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pairstream recipe}: what a recipe says, before anything runs with it. */
@Command(
    name = "recipe",
    subcommands = {
      RecipeCommand.Ls.class,
      RecipeCommand.Check.class,
      RecipeCommand.Explain.class,
      RecipeTryCommand.class,
      RecipeDiffCommand.class,
      RecipeCommand.New.class
    })
public final class RecipeCommand {

  /** {@code pairstream recipe ls}: the recipes that are shipped. */
  @Command(name = "ls")
  static final class Ls extends PairstreamCommand {

    private record Listed(String recipe, String version) {}

    @Override
    public Integer call() {
      Table table = new Table();
      for (String name : RecipeFile.SHIPPED) {
        String version = plan(recipe(name)).version();
        answer(new Listed(name, version), () -> table.row(name, "version", version));
      }
      print(table);
      return ExitStatus.DONE;
    }
  }

  /** {@code pairstream recipe check}: all mistakes at once, or the version and what is in force. */
  @Command(name = "check")
  static final class Check extends PairstreamCommand {

    @Mixin FilesFrom filesFrom;

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
        List<RecipeProblem> problems = problemsOfSteps(file);
        if (!problems.isEmpty()) {
          throw new InvalidRecipeException(file.name(), problems);
        }
        return answer(
            new Checked(file.name(), plan.version(), plan.effectiveRecipe(), List.of()),
            () -> {
              print("%s is good; version %s", file.name(), plan.version());
              plan.effectiveRecipe().forEach((key, value) -> print("  %-34s %s", key, value));
            });
      } catch (InvalidRecipeException e) {
        answer(new Checked(file.name(), null, null, e.problems()), () -> Faults.explain(e, err()));
        return ExitStatus.FOUND_WRONG;
      }
    }

    /** Calls the functions in Python, of which nothing is known before. */
    private List<RecipeProblem> problemsOfSteps(RecipeFile file) {
      List<RecipeProblem> problems = new ArrayList<>();
      if (file.reader().sections("python").isEmpty()) {
        return problems;
      }
      int line = file.reader().line("python");
      try (ImageWorkerPool workers = new ImageWorkerPool(AppLayout.workers(1))) {
        workers.printTo(this::say);
        var unused = new CleaningPlan(file.reader(), workers, StepObserver.NONE);
        workers
            .steps()
            .forEach(
                steps ->
                    StepProbe.problems(steps)
                        .forEach(why -> problems.add(new RecipeProblem(line, "python", why))));
      } catch (ImageWorkerUnavailableException e) {
        problems.add(new RecipeProblem(line, "python", e.getMessage()));
      }
      return problems;
    }
  }

  /** {@code pairstream recipe new}: steps in Python with a recipe, to go on from. */
  @Command(name = "new")
  static final class New extends NewCommand {
    New() {
      super("shop_steps", "recipe.yaml", "recipe check");
    }
  }

  /** {@code pairstream recipe explain}: what will happen to a pair, in order. */
  @Command(name = "explain")
  static final class Explain extends PairstreamCommand {

    @Mixin FilesFrom filesFrom;

    @Parameters(paramLabel = "NAME|FILE", defaultValue = "dalle")
    private String recipe;

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
      return answer(explained, () -> print(explained));
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
        print("  %-26s %s", step.name(), step.inWords());
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
