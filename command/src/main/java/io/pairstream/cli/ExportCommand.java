package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.feed.export.ExportFormat;
import io.pairstream.feed.export.ExportPlan;
import io.pairstream.feed.export.ViewExport;
import io.pairstream.feed.view.OrderPlan;
import io.pairstream.feed.view.View;
import io.pairstream.terminal.Progress;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream export}: a view's pairs as files that other loaders read. */
@Command(name = "export")
final class ExportCommand extends TrainerCommand {

  @Parameters(paramLabel = "VIEW")
  private String view;

  @Option(names = "--to", paramLabel = "DIR", required = true)
  private Path folder;

  @Option(names = "--format", paramLabel = "FORMAT", required = true)
  private ExportFormat format;

  @Option(names = "--shard-samples", paramLabel = "N")
  private Integer shardSamples;

  @Option(names = "--shard-mb", paramLabel = "N")
  private Integer shardMegabytes;

  @Option(names = "--seed", paramLabel = "N")
  private Long seed;

  @Option(names = "--window", paramLabel = "N")
  private Integer window;

  /** An export as JSON. */
  private record Exported(Path folder, String format, @JsonUnwrapped ViewExport.Summary summary) {}

  @Override
  public Integer call() throws IOException {
    View read = view("", view);
    ExportPlan plan = new ExportPlan(read, format, order(), shardSamples(read));
    ViewExport.Summary summary;
    try (Progress progress = progress()) {
      summary =
          ViewExport.export(
              sourceOf(read.topic()), plan, folder, listener(progress, read.samples()));
    }
    answer(new Exported(folder, format.label(), summary), () -> print(summary));
    return ExitStatus.DONE;
  }

  private static ViewExport.Listener listener(Progress progress, long all) {
    return new ViewExport.Listener() {
      @Override
      public void done(long samples) {
        progress.show("%,d of %,d samples", samples, all);
      }

      @Override
      public void notice(String sentence) {
        progress.line(sentence);
      }
    };
  }

  private OrderPlan order() {
    require(seed != null || window == null, "--window goes with --seed");
    requireAtLeast(1, "--window", window);
    return seed == null
        ? ExportPlan.viewOrder()
        : ExportPlan.shuffled(seed, window == null ? OrderPlan.DEFAULT_WINDOW : window);
  }

  private int shardSamples(View of) {
    require(
        shardSamples == null || shardMegabytes == null,
        "--shard-samples and --shard-mb: one of them says how large the files are");
    requireAtLeast(1, "--shard-samples", shardSamples);
    requireAtLeast(1, "--shard-mb", shardMegabytes);
    if (shardSamples != null) {
      return shardSamples;
    }
    long megabytes = shardMegabytes == null ? 256 : shardMegabytes;
    return ExportPlan.samplesIn(megabytes * 1_000_000L, of);
  }

  private void print(ViewExport.Summary summary) {
    print(
        "%,d samples in %,d files, %s, in %s%s",
        summary.samples(),
        summary.shards(),
        Quantity.bytes(summary.bytes()),
        folder,
        summary.kept() == 0 ? "" : "; " + summary.kept() + " files were there already");
    count(
        "%,d samples of the view are in none of them: their pairs have been withdrawn",
        summary.withdrawn());
  }
}
