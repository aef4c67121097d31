package io.pairstream.cli.recipe;

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
import io.pairstream.tools.recipe.ContactSheet;
import io.pairstream.tools.recipe.RecipeTrial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
      RecipeTryPrinter.Tried tried =
          new RecipeTryPrinter.Tried(file.name(), plan.version(), result);
      return answer(
          tried,
          result.problemCount() == 0 && result.crashed() == 0,
          () -> new RecipeTryPrinter(out()).print(tried, paths, sheet, plan.nearCopies()));
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
}
