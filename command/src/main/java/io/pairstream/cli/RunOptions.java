package io.pairstream.cli;

import io.pairstream.feed.FeedSettings;
import io.pairstream.feed.ViewPosition;
import io.pairstream.feed.ViewRun;
import io.pairstream.feed.view.OrderPlan;
import io.pairstream.feed.view.View;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A run over a view. */
final class RunOptions {

  @Option(names = "--view", paramLabel = "VIEW", required = true)
  private String view;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "0")
  private long seed;

  @Option(names = "--lanes", paramLabel = "N", defaultValue = "32")
  private int lanes;

  @Option(names = "--window", paramLabel = "N", defaultValue = "256")
  private int window;

  @Option(names = "--epochs", paramLabel = "N")
  private Long epochs;

  @Option(names = "--rank", paramLabel = "N", defaultValue = "0")
  private int rank;

  @Option(names = "--ranks", paramLabel = "N", defaultValue = "1")
  private int ranks;

  @Option(names = "--skip-batches", paramLabel = "N", defaultValue = "0")
  private long skipBatches;

  String view() {
    return view;
  }

  int ranks() {
    return ranks;
  }

  OrderPlan plan() {
    return new OrderPlan(seed, lanes, window);
  }

  ViewRun over(View read) {
    ViewRun run = ViewRun.of(read, plan()).rank(rank, ranks);
    return epochs == null ? run : run.epochs(epochs);
  }

  /** Where the run begins, or goes on. */
  ViewPosition start(ViewRun run, Optional<ViewPosition> kept, FeedSettings settings) {
    return run.skip(kept.orElseGet(run::begin), skipBatches, settings);
  }
}
