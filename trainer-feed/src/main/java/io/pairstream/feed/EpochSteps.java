package io.pairstream.feed;

import io.pairstream.feed.FeedSettings.LastBatch;
import io.pairstream.feed.Passes.Progress;
import io.pairstream.feed.Step.Turn;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.order.RankShare;
import java.util.List;
import java.util.Optional;

/** The steps of a run over one view: epoch after epoch. */
final class EpochSteps implements Steps {

  private final Part part;
  private final OrderPlan plan;
  private final long epochs;
  private final RankShare share;
  private final int batchSize;
  private final LastBatch lastBatch;

  private long epoch;
  private long taken;

  /**
   * @param share whose turns are wanted
   * @param batchSize of all ranks together
   * @param start where the run goes on
   */
  EpochSteps(
      Part part,
      OrderPlan plan,
      long epochs,
      RankShare share,
      int batchSize,
      LastBatch lastBatch,
      Progress start) {
    this.part = part;
    this.plan = plan;
    this.epochs = epochs;
    this.share = share;
    this.batchSize = batchSize;
    this.lastBatch = lastBatch;
    this.epoch = start.epoch();
    this.taken = start.taken();
  }

  /** Steps of an epoch of so many samples behind those that were taken. */
  static long left(long samples, long taken, int batchSize, LastBatch lastBatch) {
    long left = Math.max(0, samples - taken);
    return (lastBatch == LastBatch.KEEP ? left + batchSize - 1 : left) / batchSize;
  }

  @Override
  public Optional<Step> next() throws InterruptedException {
    Optional<Step> step = poll();
    while (step.isEmpty() && epoch < epochs && part.passes().await(epoch)) {
      step = poll();
    }
    return step;
  }

  @Override
  public Optional<Step> poll() throws InterruptedException {
    while (epoch < epochs && part.passes().isKnown(epoch)) {
      Pass pass = part.pass(epoch);
      if (!isOver(pass)) {
        return Optional.of(step(pass));
      }
      beginNextEpoch();
    }
    return Optional.empty();
  }

  private Step step(Pass pass) {
    long samples = pass.order().samples();
    long behind = Math.min(taken + batchSize, samples);
    List<Turn> turns = share.of(taken, behind).mapToObj(number -> Turn.of(pass, number)).toList();
    Turn lead = Turn.of(pass, taken);
    taken = behind;
    double epochShare = (double) taken / samples;
    if (isOver(pass)) {
      beginNextEpoch();
      epochShare = 1;
    }
    Position position = part.passes().position(plan, new Progress(epoch, taken));
    return new Step(turns, lead, position, pass.epoch(), epochShare);
  }

  private boolean isOver(Pass pass) {
    return left(pass.order().samples(), taken, batchSize, lastBatch) == 0;
  }

  private void beginNextEpoch() {
    epoch++;
    taken = 0;
  }
}
