package io.pairstream.cli;

import io.pairstream.feed.order.OrderPlan;
import picocli.CommandLine.Option;

/** The order in which a run reads a view. */
class OrderOptions {

  @Option(names = "--seed", paramLabel = "N", defaultValue = "0")
  private long seed;

  @Option(names = "--lanes", paramLabel = "N", defaultValue = "32")
  private int lanes;

  @Option(names = "--window", paramLabel = "N", defaultValue = "256")
  private int window;

  final OrderPlan plan() {
    return new OrderPlan(seed, lanes, window);
  }
}
