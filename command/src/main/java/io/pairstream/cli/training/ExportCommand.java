package io.pairstream.cli.training;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cli.command.Quantity;
import io.pairstream.cli.command.Resumable;
import io.pairstream.feed.export.ExportFormat;
import io.pairstream.feed.export.ExportPlan;
import io.pairstream.feed.export.ViewExport;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.View;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream export}: a view's pairs as files that other loaders read. */
@Command(name = "export")
public final class ExportCommand extends TrainerCommand implements Resumable {

  private static final long USUAL_SHARD_BYTES = 256_000_000;

  @Parameters(paramLabel = "VIEW")
  private String view;

  @Option(names = "--to", paramLabel = "DIR", required = true)
  private Path folder;

  @Option(names = "--format", paramLabel = "FORMAT", required = true)
  private ExportFormat format;

  @Option(names = "--shard-samples", paramLabel = "N")
  private Integer shardSamples;

  @Option(names = "--seed", paramLabel = "N")
  private Long seed;

  private record Exported(Path folder, String format, @JsonUnwrapped ViewExport.Summary summary) {}

  @Override
  public Integer call() throws IOException {
    requireAtLeast(1, "--shard-samples", shardSamples);
    View read = view("", view);
    OrderPlan order =
        seed == null ? ExportPlan.viewOrder() : ExportPlan.shuffled(seed, OrderPlan.DEFAULT_WINDOW);
    int samples =
        shardSamples == null ? ExportPlan.samplesIn(USUAL_SHARD_BYTES, read) : shardSamples;
    ExportPlan plan = new ExportPlan(read, format, order, samples);
    ViewExport.Summary summary;
    try (Progress progress = progress()) {
      ViewExport.Listener listener =
          new ViewExport.Listener(
              done -> progress.show("%,d of %,d sample(|s)", done, read.samples()), progress::line);
      summary = ViewExport.export(sourceOf(read.topic()), plan, folder, listener);
    }
    return answer(new Exported(folder, format.label(), summary), () -> print(summary));
  }

  private void print(ViewExport.Summary summary) {
    print(
        "%,d sample(|s) in %,d file(|s), %s, in %s%s",
        summary.samples(),
        summary.shards(),
        Quantity.bytes(summary.bytes()),
        folder,
        summary.kept() == 0
            ? ""
            : TerminalText.format("; %d file(|s) (was|were) there already", summary.kept()));
    count(
        "%,d sample(|s) of the view (is|are) in none of them: (its|their) pair(|s) (has|have) been withdrawn",
        summary.withdrawn());
  }
}
