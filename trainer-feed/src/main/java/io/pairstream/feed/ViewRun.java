package io.pairstream.feed;

import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.order.RankShare;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.View;

/**
 * A run over a view, as one of its ranks sees it.
 *
 * @param plan of the order
 * @param rank from 0 to below {@code ranks}
 * @param ranks number of processes that train together; a divisor of the plan's lanes
 * @param epochs the run ends before the epoch of this number; {@link #ENDLESS} for none
 */
public record ViewRun(View view, OrderPlan plan, int rank, int ranks, long epochs) {

  /** Number of epochs of a run without an end. */
  public static final long ENDLESS = Long.MAX_VALUE;

  /**
   * Checks that the ranks can share the lanes.
   *
   * @throws IllegalArgumentException where they cannot, with the nearest numbers of ranks
   */
  public ViewRun {
    new RankShare(rank, ranks, plan.lanes());
    if (epochs < 1) {
      throw new IllegalArgumentException("a run has at least 1 epoch, not " + epochs);
    }
  }

  /** Of one rank, without an end. */
  public static ViewRun of(View view, OrderPlan plan) {
    return new ViewRun(view, plan, 0, 1, ENDLESS);
  }

  /** The same, as one of several ranks sees it. */
  public ViewRun rank(int ofRank, int ofRanks) {
    return new ViewRun(view, plan, ofRank, ofRanks, epochs);
  }

  /** The same, with an end. */
  public ViewRun epochs(long number) {
    return new ViewRun(view, plan, rank, ranks, number);
  }

  /** The lanes of this rank. */
  RankShare share() {
    return new RankShare(rank, ranks, plan.lanes());
  }

  EpochOrder order(long epoch) {
    return new EpochOrder(view.blocks().stream().map(Block::size).toList(), plan, epoch);
  }

  /**
   * @throws PositionRefusedException where a position is one of another view or another order
   */
  void requireOwn(ViewPosition position) {
    if (!position.view().equals(view.fingerprint())) {
      throw new PositionRefusedException(
          "the position is one of the view %s, not of %s"
              .formatted(position.view(), view.fingerprint()));
    }
    if (!position.plan().equals(plan)) {
      throw new PositionRefusedException(
          "the position belongs to another order: %s, and this run has %s"
              .formatted(position.plan(), plan));
    }
  }

  /**
   * @throws IllegalArgumentException where an epoch would not have a single batch
   */
  void requireBatches(FeedSettings settings) {
    int perLane = perLane(settings.batchSize());
    long shortest = order(0).shortestLane();
    if (settings.shapes() instanceof Shapes.Several) {
      throw new IllegalArgumentException(
          "a run over a view has pictures of one size; leave out the sizes");
    }
    if (shortest < (settings.lastBatch() == FeedSettings.LastBatch.KEEP ? 1 : perLane)) {
      throw new IllegalArgumentException(
          "the view has %d samples, %d in each of %d lanes: too few for batches of %d by each of %d ranks"
              .formatted(view.samples(), shortest, plan.lanes(), settings.batchSize(), ranks));
    }
  }

  /**
   * Samples of each lane in a batch.
   *
   * @param batchSize of this rank
   * @throws IllegalArgumentException where lanes would have different shares, or no batch is full
   */
  int perLane(int batchSize) {
    int lanes = share().laneCount();
    if (batchSize % lanes != 0) {
      int below = Math.max(lanes, batchSize / lanes * lanes);
      throw new IllegalArgumentException(
          "a batch of %d samples cannot be taken alike from %d lanes; the nearest sizes are %d and %d"
              .formatted(batchSize, lanes, below, below + lanes));
    }
    return batchSize / lanes;
  }
}
