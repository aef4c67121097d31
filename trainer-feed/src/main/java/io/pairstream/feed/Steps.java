package io.pairstream.feed;

import io.pairstream.feed.FeedSettings.LastBatch;
import io.pairstream.feed.Step.Turn;
import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.order.RankShare;
import io.pairstream.feed.view.Block;
import java.util.List;
import java.util.Optional;

/** The steps of one rank of a run, epoch after epoch. Used by one thread. */
final class Steps {

  private final List<Block> blocks;
  private final String view;
  private final OrderPlan plan;
  private final long epochs;
  private final RankShare share;
  private final int batchSize;
  private final LastBatch lastBatch;

  private EpochOrder order;
  private long taken;

  /**
   * @param blocks the view's
   * @param epochs the run ends before the epoch of this number
   * @param batchSize of all ranks together
   * @param start where the run goes on
   */
  Steps(
      List<Block> blocks,
      long epochs,
      RankShare share,
      int batchSize,
      LastBatch lastBatch,
      ViewPosition start) {
    this.blocks = blocks;
    this.view = start.view();
    this.plan = start.plan();
    this.epochs = epochs;
    this.share = share;
    this.batchSize = batchSize;
    this.lastBatch = lastBatch;
    this.order = new EpochOrder(blocks, plan, start.epoch());
    this.taken = start.samples();
    if (isOver()) {
      beginNextEpoch();
    }
  }

  /** Steps of an epoch of so many samples behind those that were taken. */
  static long left(long samples, long taken, int batchSize, LastBatch lastBatch) {
    long left = Math.max(0, samples - taken);
    return (lastBatch == LastBatch.KEEP ? left + batchSize - 1 : left) / batchSize;
  }

  /** The next step; empty where the run is over. */
  Optional<Step> next() {
    if (order.epoch() >= epochs) {
      return Optional.empty();
    }
    EpochOrder ofStep = order;
    long behind = Math.min(taken + batchSize, order.samples());
    List<Turn> turns = share.of(taken, behind).mapToObj(number -> Turn.of(ofStep, number)).toList();
    Turn lead = Turn.of(ofStep, taken);
    taken = behind;
    double epochShare = (double) taken / order.samples();
    if (isOver()) {
      beginNextEpoch();
      epochShare = 1;
    }
    ViewPosition position = new ViewPosition(view, plan, order.epoch(), taken);
    return Optional.of(new Step(turns, lead, position, epochShare));
  }

  private boolean isOver() {
    return left(order.samples(), taken, batchSize, lastBatch) == 0;
  }

  private void beginNextEpoch() {
    order = new EpochOrder(blocks, plan, order.epoch() + 1);
    taken = 0;
  }
}
