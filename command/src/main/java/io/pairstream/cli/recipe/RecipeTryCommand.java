package io.pairstream.cli.recipe;

import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cli.command.FilesFrom;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.cli.data.ImportOptions;
import io.pairstream.cli.data.LimitOption;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.ingest.files.ImportState;
import io.pairstream.ingest.files.Notices;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.terminal.Progress;
import io.pairstream.tools.recipe.ContactSheet;
import io.pairstream.trial.RecipeTrial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Mixin FilesFrom filesFrom;

  @Mixin private ImportOptions reading;

  @Parameters(arity = "1..*", paramLabel = "PATH")
  private List<String> paths = List.of();

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

  @Mixin private LimitOption limit;

  @Option(names = "--sheet", paramLabel = "FILE")
  private Path sheet;

  @Override
  public Integer call() throws IOException {
    long most = checked(limit::most);
    require(
        sheet == null || Files.isWritable(sheet.toAbsolutePath().getParent()),
        "--sheet: nothing can be written there: " + sheet);
    RecipeFile file = recipe(recipe);
    var unused = plan(file); // a refused recipe starts no worker
    int threads = Runtime.getRuntime().availableProcessors();
    SourceOptions options = checked(reading::read);
    try (ImageWorkerPool workers = PlanWorkers.start(threads);
        Progress progress = progress()) {
      CleaningPlan plan = new CleaningPlan(file.reader(), workers, StepObserver.NONE);
      ContactSheet page = sheet == null ? null : new ContactSheet(workers);
      RecipeTrial trial = new RecipeTrial(plan, threads, page);
      RecipeTrial.Result result = trial.result();
      Notices notices = new Notices(progress::line);
      for (ImportState.Source one :
          ImportState.Source.of(paths, options.followLinks(), progress::line)) {
        try (PairSource source = PairSource.open(one.path(), options, notices)) {
          result =
              trial.run(
                  source,
                  most,
                  pairs -> progress.show("%,d pair(|s) tried", pairs),
                  problem -> progress.line(problem.where() + ": " + problem.message()));
        }
      }
      if (page != null) {
        Files.writeString(sheet, page.html(file.name() + " on " + String.join(", ", paths)));
      }
      RecipeTryPrinter.Tried tried =
          new RecipeTryPrinter.Tried(file.name(), plan.version(), result);
      return answer(
          tried,
          result.problemCount() == 0,
          () -> new RecipeTryPrinter(out()).print(tried, paths, sheet, plan.nearCopies()));
    }
  }
}
