package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.split.Split;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.PairSources;
import io.pairstream.ingest.files.SourceDefaults;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.ingest.files.UnusableSourceException;
import io.pairstream.platform.AppLayout;
import io.pairstream.schemas.SourceKind;
import io.pairstream.terminal.TerminalText;
import io.pairstream.trial.ContactSheet;
import io.pairstream.trial.RecipeTrial;
import io.pairstream.trial.SheetSample;
import io.pairstream.trial.TrialSummary;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code pairstream recipe try}: what a recipe would keep of local files, and why not the rest.
 *
 * <p>Exit status: 0 all files tried, 1 some lines or files gave no pair or the recipe is refused, 2
 * wrong usage, 3 no image worker can work.
 */
@Command(name = "try")
final class RecipeTryCommand implements Callable<Integer> {

  private static final int EXAMPLES = 3;
  private static final int EXAMPLES_IN_JSON = 100;
  private static final int REFUSED_ON_SHEET = 40;
  private static final int LINE_COLUMNS = 100;
  private static final int PAIRS_BETWEEN_NEWS = 1000;

  @Spec private CommandSpec spec;

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

  @Option(names = "--json")
  private boolean json;

  @Override
  public Integer call() {
    requireAtLeastZero("--limit", limit == null ? 0 : limit);
    requireAtLeastZero("--sheet-pairs", sheetPairs);
    Path folder = sheet.toAbsolutePath().getParent();
    if (sheetPairs > 0 && !Files.isDirectory(folder)) {
      throw new ParameterException(spec.commandLine(), "--sheet: there is no folder " + folder);
    }
    RecipeFile file = CheckedRecipe.find(recipe, spec.commandLine());
    CheckedRecipe.plan(file); // so that a refused recipe starts no worker
    int threads = Runtime.getRuntime().availableProcessors();
    SourceDefaults defaults = new SourceDefaults(SourceKind.IMPORTED, "", "");
    try (PairSource source =
            new PairSources(SourceOptions.of(defaults).withImages(Optional.ofNullable(images)))
                .open(path);
        ImageWorkerPool workers =
            new ImageWorkerPool(
                WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), threads))) {
      source
          .notices()
          .forEach(notice -> spec.commandLine().getErr().println(TerminalText.plain(notice)));
      CleaningPlan plan = new CleaningPlan(file.reader(), workers, StepObserver.NONE);
      if (!plan.pictures().scores().isEmpty()) {
        workers.rehearse(plan.pictures());
      }
      return tryOut(file, plan, source, threads);
    } catch (UnusableSourceException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private int tryOut(RecipeFile file, CleaningPlan plan, PairSource source, int threads) {
    PrintWriter err = spec.commandLine().getErr();
    TrialSummary summary = new TrialSummary(json ? EXAMPLES_IN_JSON : EXAMPLES);
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
                err.println(TerminalText.count(summary.pairs()) + " pairs tried");
              }
            },
            problem -> {
              problems.incrementAndGet();
              err.println(TerminalText.plain(problem.where() + ": " + problem.message()));
            });
    String title = file.name() + " on " + path + ": " + summary.pairs() + " pairs";
    if (sheetPairs > 0) {
      try {
        new ContactSheet(title, summary, sample).write(sheet);
      } catch (IOException e) {
        throw new UncheckedIOException("the contact sheet cannot be written to " + sheet, e);
      }
    }
    spec.commandLine()
        .getOut()
        .println(
            json
                ? json(file, plan, summary, problems.get())
                : text(file, plan, summary, problems.get()));
    return problems.get() == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private String text(RecipeFile file, CleaningPlan plan, TrialSummary summary, long problems) {
    StringBuilder text = new StringBuilder();
    text.append(TerminalText.plain(file.name() + ", version " + plan.version() + ", on " + path));
    text.append(String.format(Locale.ROOT, "%n%n%-34s %9s%n", "pairs", count(summary.pairs())));
    text.append(share("kept", summary.keptInAll(), summary.pairs()));
    for (Split split : Split.values()) {
      if (summary.kept(split) > 0) {
        text.append(
            share(
                "  " + split.name().toLowerCase(Locale.ROOT),
                summary.kept(split),
                summary.pairs()));
      }
    }
    if (summary.copies() > 0) {
      text.append(share("copies of kept pairs", summary.copies(), summary.pairs()));
    }
    text.append(share("rejected", summary.refusedInAll(), summary.pairs()));
    for (TrialSummary.Refusals refusals : summary.refusals()) {
      text.append(share("  " + refusals.reason(), refusals.count(), summary.pairs()));
      text.append("      ").append(refusals.reason().remedy()).append(System.lineSeparator());
      for (TrialSummary.Example example : refusals.examples()) {
        text.append("      - ")
            .append(
                TerminalText.fit(
                    example.where() + ": " + example.rejection().detail(), LINE_COLUMNS - 8))
            .append(System.lineSeparator());
      }
    }
    text.append(System.lineSeparator())
        .append(
            String.format(
                Locale.ROOT,
                "of the kept captions, cleaning changed %s and the token limit cut %s%n",
                count(summary.changedCaptions()),
                count(summary.truncatedCaptions())));
    if (problems > 0) {
      text.append(String.format(Locale.ROOT, "%s lines or files gave no pair%n", count(problems)));
    }
    if (sheetPairs > 0) {
      text.append("contact sheet: ").append(TerminalText.plain(sheet.toString()));
    }
    return text.toString().stripTrailing();
  }

  private static String share(String label, long part, long all) {
    double share = all == 0 ? 0 : (double) part / all;
    return String.format(
        Locale.ROOT,
        "%-34s %9s %6.1f %%  %s%n",
        label,
        count(part),
        100 * share,
        TerminalText.bar(share, 30));
  }

  private static String count(long number) {
    return TerminalText.count(number);
  }

  private String json(RecipeFile file, CleaningPlan plan, TrialSummary summary, long problems) {
    ObjectNode object = new JsonMapper().createObjectNode();
    object.put("recipe", file.name()).put("version", plan.version());
    object.put("pairs", summary.pairs()).put("kept", summary.keptInAll());
    for (Split split : Split.values()) {
      object.put(split.name().toLowerCase(Locale.ROOT), summary.kept(split));
    }
    object.put("copies", summary.copies()).put("rejected", summary.refusedInAll());
    object.put("changed_captions", summary.changedCaptions());
    object.put("truncated_captions", summary.truncatedCaptions());
    ArrayNode reasons = object.putArray("reasons");
    for (TrialSummary.Refusals refusals : summary.refusals()) {
      ObjectNode reason = reasons.addObject();
      reason.put("reason", refusals.reason().name()).put("count", refusals.count());
      reason.put("remedy", refusals.reason().remedy());
      ArrayNode examples = reason.putArray("examples");
      refusals
          .examples()
          .forEach(
              example ->
                  examples
                      .addObject()
                      .put("where", example.where())
                      .put("detail", example.rejection().detail())
                      .put("measured", example.rejection().measured())
                      .put("limit", example.rejection().limit()));
    }
    object.put("problem_count", problems);
    if (sheetPairs > 0) {
      object.put("contact_sheet", sheet.toAbsolutePath().toString());
    }
    return object.toString();
  }

  private void requireAtLeastZero(String option, long value) {
    if (value < 0) {
      throw new ParameterException(
          spec.commandLine(), option + " must be at least 0, was " + value);
    }
  }
}
