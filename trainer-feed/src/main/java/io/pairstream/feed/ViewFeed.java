package io.pairstream.feed;

import io.pairstream.feed.EpochOrder.Place;
import io.pairstream.feed.ViewRun.Step;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;

/**
 * Reads a view in a run's order, and fills batches with one rank's share of it.
 *
 * <p>Of each lane that the rank has samples of, the window in use and the one behind it are in
 * memory. A window leaves memory as a whole.
 */
final class ViewFeed extends PairFeed {

  private final ViewRun run;
  private final ViewPosition start;
  private final WindowLoader loader;
  private final Map<Long, EpochOrder> orders = new HashMap<>();

  /** By lane, the requested windows in the order in which they are needed. */
  private final Map<Integer, Deque<Asked>> lanes = new HashMap<>();

  /**
   * @throws FeedRefusedException where the position is one of another run, or the topic does not
   *     hold the view
   */
  ViewFeed(FeedSource source, FeedSettings settings, ViewRun run, ViewPosition start) {
    super(source, settings);
    run.requireOwn(start);
    run.requireBatches(settings);
    source.requireHolds(run.view());
    this.run = run;
    this.start = start;
    this.latest = ReadyBatch.Seal.of(start);
    this.loader = new WindowLoader(source, run, clocks);
  }

  private static final class Asked {

    private final long epoch;
    private final int lane;
    private final int window;
    private Future<WindowLoader.Window> loading;

    /** Number of the rank's samples in the window that were not taken yet. */
    private int left;

    private Asked(long epoch, int lane, int window) {
      this.epoch = epoch;
      this.lane = lane;
      this.window = window;
    }
  }

  @Override
  void fill() throws InterruptedException {
    Optional<Step> step = run.step(start, settings);
    while (step.isPresent()) {
      fillBatch(step.get());
      lanes.values().forEach(this::askBehind);
      step = run.step(step.get().behind(), settings);
    }
  }

  @Override
  void closeReading() {
    loader.close();
  }

  @Override
  int takedowns() {
    return loader.takedowns();
  }

  private void fillBatch(Step step) throws InterruptedException {
    orders.keySet().removeIf(epoch -> epoch < step.epoch());
    EpochOrder order = order(step.epoch());
    List<Place> places = step.own().stream().map(order::place).toList();
    for (Place place : places) {
      asked(step.epoch(), place.lane(), place.window(), place.at());
    }
    ReadyBatch batch = null;
    int standIns = 0;
    for (Place place : places) {
      WindowLoader.Sample sample = take(step.epoch(), place);
      if (batch == null) {
        batch = batchFor(sample.record());
      }
      standIns += sample.isStandIn() ? 1 : 0;
      write(sample.record(), batch);
    }
    if (batch == null) {
      // Other ranks have samples in this step; they wait for this one's.
      Place lead = order.place(step.first());
      WindowLoader.Window window =
          ReadyBatch.await(loader.load(order, lead.lane(), lead.window(), 0));
      batch = batchFor(window.sample(lead.at()).record());
    }
    handOver(
        batch,
        new ReadyBatch.Seal(step.behind(), List.of(), standIns, step.epoch(), step.epochShare()));
  }

  private WindowLoader.Sample take(long epoch, Place place) throws InterruptedException {
    Asked wanted = asked(epoch, place.lane(), place.window(), place.at());
    Deque<Asked> ofLane = lanes.get(place.lane());
    while (ofLane.element() != wanted) {
      clocks.loaded().add(-ofLane.remove().left);
    }
    while (!ReadyBatch.await(wanted.loading).hasLiving()) {
      wanted.loading = loader.load(order(epoch), wanted.lane, wanted.window, 0);
    }
    wanted.left = Math.max(0, wanted.left - 1);
    return ReadyBatch.await(wanted.loading).sample(place.at());
  }

  /** Requests the window after a lane's only one. */
  private void askBehind(Deque<Asked> ofLane) {
    Asked last = ofLane.getLast();
    if (ofLane.size() > 1) {
      return;
    } else if (last.window + 1 < order(last.epoch).windows(last.lane)) {
      asked(last.epoch, last.lane, last.window + 1, 0);
    } else if (last.epoch + 1 < run.epochs()) {
      asked(last.epoch + 1, last.lane, 0, 0);
    }
  }

  /**
   * Requests a window unless it is already requested.
   *
   * @param from number of the first of its samples that is needed
   */
  private Asked asked(long epoch, int lane, int window, int from) {
    Deque<Asked> ofLane = lanes.computeIfAbsent(lane, any -> new ArrayDeque<>());
    for (Asked one : ofLane) {
      if (one.epoch == epoch && one.window == window) {
        return one;
      }
    }
    EpochOrder order = order(epoch);
    Asked asked = new Asked(epoch, lane, window);
    asked.left = run.share(order.windowLength(lane, window) - from, order.lanes());
    asked.loading = loader.load(order, lane, window, asked.left);
    ofLane.add(asked);
    return asked;
  }

  private EpochOrder order(long epoch) {
    return orders.computeIfAbsent(epoch, run::order);
  }
}
