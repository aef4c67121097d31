package io.pairstream.cli.recipe;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cli.command.FilesFrom;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.cli.data.ImportOptions;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.ingest.files.ImportState;
import io.pairstream.ingest.files.Notices;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.platform.AppLayout;
import io.pairstream.storage.LocalObjects;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.TerminalText;
import io.pairstream.tools.recipe.ContactSheet;
import io.pairstream.tools.recipe.RecipeTrial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code pairstream recipe try}: what a recipe would keep of local files, and why not the rest.
 *
 * <p>Exit status: 0 all files tried, 1 some lines or files gave no pair, a step failed or the
 * recipe is refused, 2 wrong usage, 3 no image worker can work.
 */
@Command(name = "try")
final class RecipeTryCommand extends PairstreamCommand {

  private static final int LINE_COLUMNS = 100;

  @Mixin FilesFrom filesFrom;

  @Mixin private ImportOptions reading;

  @Parameters(arity = "1..*", paramLabel = "PATH")
  private List<String> paths = List.of();

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

  @Option(names = "--limit", paramLabel = "N")
  private long most = Long.MAX_VALUE;

  @Option(names = "--sheet", paramLabel = "FILE")
  private Path sheet;

  record Tried(String recipe, String version, @JsonUnwrapped RecipeTrial.Result result) {}

  @Override
  public Integer call() throws IOException {
    requireAtLeast(0, "--limit", most);
    require(
        sheet == null || Files.isWritable(sheet.toAbsolutePath().getParent()),
        "--sheet: nothing can be written there: " + sheet);
    RecipeFile file = recipe(recipe);
    var unused = plan(file); // a refused recipe starts no worker
    int threads = Runtime.getRuntime().availableProcessors();
    SourceOptions options = checked(reading::read);
    try (ImageWorkerPool workers = new ImageWorkerPool(AppLayout.workers(threads));
        Progress progress = progress()) {
      CleaningPlan plan = new CleaningPlan(file.reader(), workers, StepObserver.NONE);
      ContactSheet page = sheet == null ? null : new ContactSheet(workers);
      RecipeTrial.Result result = tryAll(plan, threads, page, options, progress);
      if (page != null) {
        Files.writeString(sheet, page.html(file.name() + " on " + String.join(", ", paths)));
      }
      Tried tried = new Tried(file.name(), plan.version(), result);
      return answer(
          tried,
          result.problemCount() == 0 && result.crashed() == 0,
          () -> print(tried, plan.nearCopies()));
    }
  }

  private RecipeTrial.Result tryAll(
      CleaningPlan plan, int threads, ContactSheet page, SourceOptions options, Progress progress)
      throws IOException {
    LongConsumer tried = pairs -> progress.show("%,d pair(|s) tried", pairs);
    try (RecipeTrial trial = new RecipeTrial(plan, threads, page, tried);
        LocalObjects objects = ImportState.Source.objectsForNow(progress::line)) {
      Notices notices = new Notices(progress::line);
      for (ImportState.Source one :
          ImportState.Source.of(paths, options.followLinks(), objects, progress::line)) {
        try (PairSource source = PairSource.open(one, options, notices)) {
          tryPairs(source, most, trial, progress::line);
        }
      }
      return trial.result();
    }
  }

  /**
   * Tries the pairs of a source, in its order.
   *
   * @param most of pairs, those of sources before included
   * @param problem hears where there is no pair, and why
   */
  static void tryPairs(PairSource source, long most, RecipeTrial trial, Consumer<String> problem) {
    while (trial.added() < most && source.hasNext()) {
      SourceItem item = source.next();
      if (item instanceof SourceItem.Pair pair) {
        trial.add(pair.where(), pair.pair());
      } else if (item instanceof SourceItem.Problem none) {
        trial.addProblems(none.rows());
        problem.accept(none.where() + ": " + none.message());
      } else {
        trial.addProblems(1);
        problem.accept(item.where() + ": its image is at a URL, and nothing is fetched here");
      }
    }
  }

  void print(Tried tried, NearCopies nearCopies) {
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
    count("%,d pair(|s) failed in a step: mend it, and try again", result.crashed());
    count("%,d line(|s) or file(|s) gave no pair", result.problemCount());
    if (nearCopies.areLookedFor()) {
      print("near copies are left out: they are looked for among all pairs, once these are sent");
    }
    if (sheet != null) {
      print("contact sheet: %s", sheet);
    }
  }

  private void share(String label, long part, RecipeTrial.Result of) {
    double share = of.pairs() == 0 ? 0 : (double) part / of.pairs();
    print("%-34s %,9d %6.1f %%  %s", label, part, 100 * share, TerminalText.bar(share, 30));
  }
}
