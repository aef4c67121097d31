package io.pairstream.cli;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.PairSources;
import io.pairstream.ingest.files.SourceDefaults;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.platform.AppLayout;
import io.pairstream.schemas.SourceKind;
import io.pairstream.terminal.TerminalText;
import io.pairstream.trial.ContactSheet;
import io.pairstream.trial.RecipeTrial;
import io.pairstream.trial.SheetSample;
import io.pairstream.trial.TrialSummary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code pairstream recipe try}: what a recipe would keep of local files, and why not the rest.
 *
 * <p>Exit status: 0 all files tried, 1 some lines or files gave no pair or the recipe is refused, 2
 * wrong usage, 3 no image worker can work.
 */
@Command(name = "try")
final class RecipeTryCommand extends PairstreamCommand {

  private static final int EXAMPLES = 3;
  private static final int EXAMPLES_IN_JSON = 100;
  private static final int REFUSED_ON_SHEET = 40;
  private static final int LINE_COLUMNS = 100;
  private static final int PAIRS_BETWEEN_NEWS = 1000;

  @Parameters(paramLabel = "PATH")
  private Path path;

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

  @Option(names = "--images", paramLabel = "DIR")
  private Path images;

  @Option(names = "--limit", paramLabel = "N")
  private Long limit;

  @Option(names = "--sheet", paramLabel = "FILE", defaultValue = "recipe-try.html")
  private Path sheet;

  @Option(names = "--sheet-pairs", paramLabel = "N", defaultValue = "120")
  private int sheetPairs;

  @Override
  public Integer call() {
    requireAtLeast(0, "--limit", limit);
    requireAtLeast(0, "--sheet-pairs", sheetPairs);
    Path folder = sheet.toAbsolutePath().getParent();
    require(sheetPairs == 0 || Files.isDirectory(folder), "--sheet: there is no folder " + folder);
    RecipeFile file = CheckedRecipe.find(recipe, spec().commandLine());
    CheckedRecipe.plan(file); // so that a refused recipe starts no worker
    int threads = Runtime.getRuntime().availableProcessors();
    SourceDefaults defaults = new SourceDefaults(SourceKind.IMPORTED, "", "");
    try (PairSource source =
            new PairSources(SourceOptions.of(defaults).withImages(Optional.ofNullable(images)))
                .open(path);
        ImageWorkerPool workers =
            new ImageWorkerPool(
                WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), threads))) {
      source.notices().forEach(notice -> say("%s", notice));
      CleaningPlan plan = new CleaningPlan(file.reader(), workers, StepObserver.NONE);
      if (!plan.pictures().scores().isEmpty()) {
        workers.rehearse(plan.pictures());
      }
      return tryOut(file, plan, source, threads);
    }
  }

  private int tryOut(RecipeFile file, CleaningPlan plan, PairSource source, int threads) {
    TrialSummary summary = new TrialSummary(json() ? EXAMPLES_IN_JSON : EXAMPLES);
    SheetSample sample = new SheetSample(sheetPairs, REFUSED_ON_SHEET);
    AtomicLong problems = new AtomicLong();
    new RecipeTrial(plan, threads)
        .run(
            source,
            limit == null ? Long.MAX_VALUE : limit,
            pair -> {
              summary.add(pair);
              sample.add(pair);
              if (summary.pairs() % PAIRS_BETWEEN_NEWS == 0) {
                say("%,d pairs tried", summary.pairs());
              }
            },
            problem -> {
              problems.incrementAndGet();
              say("%s: %s", problem.where(), problem.message());
            });
    if (sheetPairs > 0) {
      String title = file.name() + " on " + path + ": " + summary.pairs() + " pairs";
      try {
        new ContactSheet(title, summary, sample).write(sheet);
      } catch (IOException e) {
        throw new UncheckedIOException("the contact sheet cannot be written to " + sheet, e);
      }
    }
    TriedRecipe tried =
        TriedRecipe.of(
            file, plan, summary, problems.get(), sheetPairs > 0 ? sheet.toAbsolutePath() : null);
    answer(tried, () -> print(tried));
    return problems.get() == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private void print(TriedRecipe tried) {
    print("%s, version %s, on %s", tried.recipe(), tried.version(), path);
    print("");
    print("%-34s %,9d", "pairs", tried.pairs());
    share("kept", tried.kept(), tried);
    share("  training", tried.training(), tried);
    share("  validation", tried.validation(), tried);
    share("  test", tried.test(), tried);
    share("copies of kept pairs", tried.copies(), tried);
    share("rejected", tried.rejected(), tried);
    for (TriedRecipe.Reason reason : tried.reasons()) {
      share("  " + reason.reason(), reason.count(), tried);
      print("      %s", reason.remedy());
      for (TriedRecipe.Example example : reason.examples()) {
        print(
            "      - %s",
            TerminalText.fit(example.where() + ": " + example.detail(), LINE_COLUMNS - 8));
      }
    }
    print("");
    print(
        "of the kept captions, cleaning changed %,d and the token limit cut %,d",
        tried.changedCaptions(), tried.truncatedCaptions());
    if (tried.problemCount() > 0) {
      print("%,d lines or files gave no pair", tried.problemCount());
    }
    if (sheetPairs > 0) {
      print("contact sheet: %s", sheet);
    }
  }

  private void share(String label, long part, TriedRecipe of) {
    if (part > 0 || !label.matches("( |copies).*")) {
      double share = of.pairs() == 0 ? 0 : (double) part / of.pairs();
      print("%-34s %,9d %6.1f %%  %s", label, part, 100 * share, TerminalText.bar(share, 30));
    }
  }
}
