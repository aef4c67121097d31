package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.pairstream.feed.ExplainedSample;
import io.pairstream.feed.FeedSettings;
import io.pairstream.feed.FeedSettings.LastBatch;
import io.pairstream.feed.FeedSource;
import io.pairstream.feed.PositionRefusedException;
import io.pairstream.feed.SplitViews;
import io.pairstream.feed.ViewPosition;
import io.pairstream.feed.ViewRun;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.Cluster;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pairstream view explain}: which pairs are in a batch of a run. */
@Command(name = "explain")
final class ViewExplainCommand implements Callable<Integer> {

  @Mixin private ClusterOptions options;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "VIEW")
  private String view;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "0")
  private long seed;

  @Option(names = "--lanes", paramLabel = "N", defaultValue = "32")
  private int lanes;

  @Option(names = "--window", paramLabel = "N", defaultValue = "256")
  private int window;

  @Option(names = "--batch-size", paramLabel = "N", defaultValue = "32")
  private int batchSize;

  @Option(names = "--epoch", paramLabel = "N", defaultValue = "0")
  private long epoch;

  @Option(names = "--step", paramLabel = "N", required = true)
  private long step;

  @Override
  public Integer call() throws IOException {
    Cluster cluster = options.cluster();
    try {
      View read = ViewCommand.read(view, cluster);
      ViewRun run = ViewRun.of(read, new OrderPlan(seed, lanes, window));
      FeedSource source = source(cluster, read.topic());
      FeedSettings settings =
          FeedSettings.ofBatches(batchSize)
              .lastBatch(source.split() == PairStatus.TRAINING ? LastBatch.DROP : LastBatch.KEEP);
      ViewPosition at = run.at(epoch, step, settings);
      print(at, SplitViews.explain(source, settings, run, at));
      return ExitStatus.DONE;
    } catch (PositionRefusedException e) {
      spec.commandLine().getErr().println(TerminalText.plain("pairstream: " + e.getMessage()));
      return ExitStatus.COULD_NOT;
    } catch (InvalidViewException | IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static FeedSource source(Cluster cluster, String topic) {
    Map<String, Object> client = ReadingClients.settings(cluster);
    for (PairStatus split : List.of(PairStatus.TRAINING, PairStatus.VALIDATION, PairStatus.TEST)) {
      FeedSource source = new FeedSource(cluster.dataset(), split, cluster.registry(), client);
      if (source.topic().equals(topic)) {
        return source;
      }
    }
    throw new InvalidViewException(
        "the view is one of " + topic + ", which is no split of " + cluster.dataset().name());
  }

  private void print(ViewPosition at, List<ExplainedSample> samples) {
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      ObjectNode object = new JsonMapper().createObjectNode().put("epoch", epoch).put("step", step);
      object.putRawValue("position", new RawValue(at.toJson()));
      ArrayNode array = object.putArray("samples");
      for (ExplainedSample sample : samples) {
        array
            .addObject()
            .put("lane", sample.lane())
            .put("view", at.view())
            .put("epoch", epoch)
            .put("place", sample.place())
            .put("record", sample.record())
            .put("stand_in", sample.isStandIn())
            .put("pair_id", sample.pairId())
            .put("source_kind", sample.sourceKind())
            .put("contributor", sample.contributor())
            .put("url", sample.url())
            .put("licence", sample.licence());
      }
      out.println(object);
      return;
    }
    for (ExplainedSample sample : samples) {
      out.printf(
          Locale.ROOT,
          "lane %d: %s at %s%s, %s, by %s, licence %s%s%n",
          sample.lane(),
          TerminalText.plain(sample.pairId()),
          sample.record(),
          sample.isStandIn() ? " in for " + sample.place() : "",
          known(sample.sourceKind()),
          known(sample.contributor()),
          known(sample.licence()),
          sample.url().isEmpty() ? "" : ", " + TerminalText.plain(sample.url()));
    }
    out.printf(
        Locale.ROOT,
        "%,d samples; the position in front of them: %s%n",
        samples.size(),
        at.toJson());
  }

  private static String known(String text) {
    return text.isEmpty() ? "unknown" : TerminalText.plain(text);
  }
}
