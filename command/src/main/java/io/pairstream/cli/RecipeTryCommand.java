package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.PairSources;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.platform.AppLayout;
import io.pairstream.schemas.SourceKind;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.TerminalText;
import io.pairstream.trial.ContactSheet;
import io.pairstream.trial.RecipeTrial;
import io.pairstream.trial.TrialSummary;
import io.pairstream.trial.TriedPair;
import io.pairstream.trial.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
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
  private static final int LINE_COLUMNS = 100;

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

  /** What a recipe made of local files, as JSON. */
  private record Tried(
      String recipe,
      String version,
      @JsonUnwrapped TrialSummary summary,
      long problemCount,
      Path contactSheet) {}

  @Override
  public Integer call() throws IOException {
    requireAtLeast(0, "--limit", limit);
    Path folder = sheet.toAbsolutePath().getParent();
    require(Files.isDirectory(folder), "--sheet: there is no folder " + folder);
    RecipeFile file = recipe(recipe);
    CleaningPlan unused = plan(file); // so that a refused recipe starts no worker
    int threads = Runtime.getRuntime().availableProcessors();
    SourceOptions options =
        SourceOptions.of(SourceKind.IMPORTED).withImages(Optional.ofNullable(images));
    try (PairSource source = new PairSources(options).open(path);
        ImageWorkerPool workers =
            new ImageWorkerPool(
                WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), threads))) {
      source.notices().forEach(notice -> say("%s", notice));
      CleaningPlan plan = new CleaningPlan(file.reader(), workers, StepObserver.NONE);
      if (!plan.pictures().scores().isEmpty()) {
        workers.rehearse(plan.pictures());
      }
      return tryOut(file.name(), plan, source, threads);
    }
  }

  private int tryOut(String name, CleaningPlan plan, PairSource source, int threads)
      throws IOException {
    TrialSummary summary = new TrialSummary();
    AtomicLong problems = new AtomicLong();
    try (Progress progress = progress()) {
      new RecipeTrial(plan, threads)
          .run(
              source,
              limit == null ? Long.MAX_VALUE : limit,
              pair -> {
                summary.add(pair);
                progress.show("%,d pairs tried", summary.pairs());
              },
              problem -> {
                problems.incrementAndGet();
                progress.line(problem.where() + ": " + problem.message());
              });
    }
    String title = name + " on " + path + ": " + summary.pairs() + " pairs";
    try {
      Files.writeString(sheet, new ContactSheet(title, summary).html());
    } catch (IOException e) {
      throw new IOException("the contact sheet cannot be written to " + sheet, e);
    }
    Tried tried = new Tried(name, plan.version(), summary, problems.get(), sheet.toAbsolutePath());
    answer(tried, () -> print(tried));
    return problems.get() == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private void print(Tried tried) {
    TrialSummary summary = tried.summary();
    print("%s, version %s, on %s%n", tried.recipe(), tried.version(), path);
    share("kept", summary.keptInAll(), summary);
    summary
        .kept()
        .forEach(
            (split, count) -> share("  " + split.name().toLowerCase(Locale.ROOT), count, summary));
    share("copies of kept pairs", summary.copies(), summary);
    share("rejected", summary.refusedInAll(), summary);
    for (TrialSummary.Refusals refusals : summary.refusals()) {
      share("  " + refusals.reason(), refusals.count(), summary);
      print("      %s", refusals.remedy());
      for (TriedPair example : refusals.examples().stream().limit(EXAMPLES).toList()) {
        String detail = ((Verdict.Refused) example.verdict()).rejection().detail();
        String said = example.where() + ": " + detail;
        print("      - %s", TerminalText.fit(said, LINE_COLUMNS - 8));
      }
    }
    print(
        "%nof the kept captions, cleaning changed %,d and the token limit cut %,d",
        summary.changedCaptions(), summary.truncatedCaptions());
    count("%,d lines or files gave no pair", tried.problemCount());
    print("contact sheet: %s", sheet);
  }

  private void share(String label, long part, TrialSummary of) {
    double share = of.pairs() == 0 ? 0 : (double) part / of.pairs();
    print("%-34s %,9d %6.1f %%  %s", label, part, 100 * share, TerminalText.bar(share, 30));
  }
}
