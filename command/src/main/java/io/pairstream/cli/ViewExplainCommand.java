package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.pairstream.feed.ExplainedSample;
import io.pairstream.feed.FeedSettings;
import io.pairstream.feed.FeedSettings.LastBatch;
import io.pairstream.feed.FeedSource;
import io.pairstream.feed.SplitViews;
import io.pairstream.feed.ViewPosition;
import io.pairstream.feed.ViewRun;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.PairStatus;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream view explain}: which pairs are in a batch of a run. */
@Command(name = "explain")
final class ViewExplainCommand extends TrainerCommand {

  @Parameters(paramLabel = "VIEW")
  private String view;

  @Mixin private OrderOptions order;

  @Option(names = "--batch-size", paramLabel = "N", defaultValue = "32")
  private int batchSize;

  @Option(names = "--epoch", paramLabel = "N", defaultValue = "0")
  private long epoch;

  @Option(names = "--step", paramLabel = "N", required = true)
  private long step;

  /** A batch as JSON. */
  private record Explained(
      long epoch, long step, @JsonRawValue String position, List<ExplainedSample> samples) {}

  @Override
  public Integer call() throws IOException {
    View read = view("", view);
    FeedSource source = sourceOf(read);
    LastBatch last = source.split() == PairStatus.TRAINING ? LastBatch.DROP : LastBatch.KEEP;
    FeedSettings settings = checked(() -> FeedSettings.ofBatches(batchSize).lastBatch(last));
    ViewRun run = checked(() -> ViewRun.of(read, order.plan()));
    ViewPosition at = checked(() -> run.at(epoch, step, settings));
    List<ExplainedSample> samples = SplitViews.explain(source, settings, run, at);
    answer(
        new Explained(epoch, step, at.toJson(), samples),
        () -> {
          samples.forEach(this::print);
          print("%,d samples; the position in front of them: %s", samples.size(), at.toJson());
        });
    return ExitStatus.DONE;
  }

  private void print(ExplainedSample sample) {
    print(
        "lane %d: %s at %s%s, %s, by %s, licence %s%s",
        sample.lane(),
        sample.pairId(),
        sample.record(),
        sample.isStandIn() ? " in for " + sample.place() : "",
        known(sample.sourceKind()),
        known(sample.contributor()),
        known(sample.licence()),
        sample.url().isEmpty() ? "" : ", " + sample.url());
  }

  private static String known(String text) {
    return text.isEmpty() ? "unknown" : text;
  }
}
