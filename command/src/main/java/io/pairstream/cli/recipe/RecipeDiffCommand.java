package io.pairstream.cli.recipe;

import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.FilesFrom;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.RememberingWorker;
import io.pairstream.platform.AppLayout;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.TerminalText;
import io.pairstream.tools.recipe.DiffReport;
import io.pairstream.tools.recipe.Groups.Example;
import io.pairstream.tools.recipe.Groups.Group;
import io.pairstream.tools.recipe.RecipeDiff;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream recipe diff}: what another recipe would make of what was judged. */
@Command(name = "diff")
public final class RecipeDiffCommand extends ClusterCommand {

  @Mixin FilesFrom filesFrom;

  private static final int LINE_COLUMNS = 100;

  @Parameters(index = "0", paramLabel = "OLD")
  private String before;

  @Parameters(index = "1", paramLabel = "NEW")
  private String after;

  @Option(names = "--limit", paramLabel = "N")
  private long most = Long.MAX_VALUE;

  @Override
  public Integer call() {
    requireAtLeast(0, "--limit", most);
    RecipeFile old = recipe(before);
    RecipeFile other = recipe(after);
    var unused = List.of(plan(old), plan(other)); // a refused recipe starts no worker
    int threads = Runtime.getRuntime().availableProcessors();
    try (ImageWorkerPool workers = new ImageWorkerPool(AppLayout.workers(threads));
        Progress progress = progress()) {
      long[] judged = {0};
      DiffReport report =
          new RecipeDiff(
                  access(),
                  old,
                  other,
                  new RememberingWorker(workers),
                  threads,
                  most,
                  pair -> progress.show("%,d pair(|s) judged", ++judged[0]))
              .run();
      return answer(report, report.crashed() == 0, () -> print(report));
    }
  }

  private void print(DiffReport report) {
    print("%s, version %s", before, report.before());
    print("%s, version %s%n", after, report.after());
    report.keys().forEach((key, is) -> print("  %-30s %s -> %s", key, is.before(), is.after()));
    print("%n%-32s %,9d", "kept", report.kept());
    examples(this, "changed", report.changed());
    examples(this, "lost", report.lost());
    examples(this, "gained", report.gained());
    print("%-32s %,9d", "still rejected", report.stillRejected());
    examples(this, "for another reason", report.otherReason());
    print("%nof %,d pair(|s), %,d judged from their bytes", report.pairs(), report.judgedAgain());
    count("%,d pair(|s) would fail in a step: mend it, and compare again", report.crashed());
    report.leftOut().forEach((why, count) -> print("left out: %,d, %s", count, why));
  }

  /** Writes a heading with the sum, and below it each group with examples. */
  public static void examples(PairstreamCommand to, String heading, List<Group<Example>> groups) {
    to.print("%-32s %,9d", heading, groups.stream().mapToLong(Group::count).sum());
    for (Group<Example> group : groups) {
      to.print("  %-30s %,9d", group.name(), group.count());
      for (Example example : group.examples()) {
        String limit = example.measured().limitInWords();
        String value =
            limit.isEmpty() ? example.detail() : example.measured().inWords() + ", limit " + limit;
        String line = "%s  %s  %s".formatted(example.pairId(), value, example.caption());
        to.print("      - %s", TerminalText.fit(line, LINE_COLUMNS - 8));
      }
    }
  }
}
