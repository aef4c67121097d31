package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.CleaningPlan.PlannedStep;
import io.pairstream.cleaning.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.InvalidRecipeException.RecipeProblem;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.ingest.files.ImportState;
import io.pairstream.ingest.files.Notices;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.operations.recipe.ContactSheet;
import io.pairstream.platform.AppLayout;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.TerminalText;
import io.pairstream.trial.RecipeTrial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream recipe}: what a recipe says, before anything runs with it. */
@Command(
    name = "recipe",
    subcommands = {
      RecipeCommand.Ls.class,
      RecipeCommand.Check.class,
      RecipeCommand.Explain.class,
      RecipeCommand.Try.class,
      RecipeDiffCommand.class
    })
final class RecipeCommand {

  private RecipeCommand() {}

  /** Image workers; whatever models the plans have work. */
  static ImageWorkerPool workers(int threads, CleaningPlan... plans) {
    ImageWorkerPool workers =
        new ImageWorkerPool(
            WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), threads));
    try {
      for (CleaningPlan plan : plans) {
        if (!plan.pictures().scores().isEmpty()) {
          workers.rehearse(plan.pictures());
        }
      }
      return workers;
    } catch (RuntimeException e) {
      workers.close();
      throw e;
    }
  }

  /** {@code pairstream recipe ls}: the recipes that are shipped. */
  @Command(name = "ls")
  static final class Ls extends PairstreamCommand {

    /** A recipe as JSON. */
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

  /**
   * {@code pairstream recipe try}: what a recipe would keep of local files, and why not the rest.
   *
   * <p>Exit status: 0 all files tried, 1 some lines or files gave no pair or the recipe is refused,
   * 2 wrong usage, 3 no image worker can work.
   */
  @Command(name = "try")
  static final class Try extends PairstreamCommand {

    private static final int LINE_COLUMNS = 100;

    @Mixin private ImportOptions reading;

    @Parameters(arity = "1..*", paramLabel = "PATH")
    private List<String> paths = List.of();

    @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
    private String recipe;

    @Option(names = "--limit", paramLabel = "N")
    private Long limit;

    @Option(names = "--sheet", paramLabel = "FILE")
    private Path sheet;

    /** What a recipe made of local files, as JSON. */
    private record Tried(String recipe, String version, @JsonUnwrapped RecipeTrial.Result result) {}

    @Override
    public Integer call() throws IOException {
      requireAtLeast(0, "--limit", limit);
      require(
          sheet == null || Files.isWritable(sheet.toAbsolutePath().getParent()),
          "--sheet: nothing can be written there: " + sheet);
      RecipeFile file = recipe(recipe);
      CleaningPlan idle = plan(file); // a refused recipe starts no worker
      int threads = Runtime.getRuntime().availableProcessors();
      SourceOptions options = checked(reading::read);
      try (ImageWorkerPool workers = workers(threads, idle);
          Progress progress = progress()) {
        CleaningPlan plan = new CleaningPlan(file.reader(), workers, StepObserver.NONE);
        Optional<ContactSheet> page =
            Optional.ofNullable(sheet).map(any -> new ContactSheet(workers));
        RecipeTrial trial = new RecipeTrial(plan, threads, page);
        RecipeTrial.Result result = trial.result();
        Notices notices = new Notices(progress::line);
        for (ImportState.Source one :
            ImportState.Source.of(paths, options.followLinks(), progress::line)) {
          try (PairSource source = PairSource.open(one.path(), options, notices)) {
            result =
                trial.run(
                    source,
                    limit == null ? Long.MAX_VALUE : limit,
                    pairs -> progress.show("%,d pair(|s) tried", pairs),
                    problem -> progress.line(problem.where() + ": " + problem.message()));
          }
        }
        if (page.isPresent()) {
          Files.writeString(
              sheet, page.get().html(file.name() + " on " + String.join(", ", paths)));
        }
        Tried tried = new Tried(file.name(), plan.version(), result);
        answer(tried, () -> print(tried));
        return result.problemCount() == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
      }
    }

    private void print(Tried tried) {
      RecipeTrial.Result result = tried.result();
      print("%s, version %s, on %s%n", tried.recipe(), tried.version(), String.join(", ", paths));
      share("kept", result.kept().values().stream().mapToLong(count -> count).sum(), result);
      result
          .kept()
          .forEach(
              (split, count) -> share("  " + split.name().toLowerCase(Locale.ROOT), count, result));
      share("copies of kept pairs", result.copies(), result);
      share(
          "rejected",
          result.refusals().stream().mapToLong(RecipeTrial.Refusals::count).sum(),
          result);
      for (RecipeTrial.Refusals refusals : result.refusals()) {
        share("  " + refusals.reason(), refusals.count(), result);
        print("      %s", refusals.remedy());
        for (RecipeTrial.Example example : refusals.examples()) {
          String said = example.where() + ": " + example.detail();
          print("      - %s", TerminalText.fit(said, LINE_COLUMNS - 8));
        }
      }
      print(
          "%nof the kept captions, cleaning changed %,d and the token limit cut %,d",
          result.changedCaptions(), result.truncatedCaptions());
      count("%,d line(|s) or file(|s) gave no pair", result.problemCount());
      if (sheet != null) {
        print("contact sheet: %s", sheet);
      }
    }

    private void share(String label, long part, RecipeTrial.Result of) {
      double share = of.pairs() == 0 ? 0 : (double) part / of.pairs();
      print("%-34s %,9d %6.1f %%  %s", label, part, 100 * share, TerminalText.bar(share, 30));
    }
  }
}
