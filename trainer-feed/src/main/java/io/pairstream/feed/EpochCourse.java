package io.pairstream.feed;

import io.pairstream.feed.FeedSettings.LastBatch;
import io.pairstream.feed.Passes.Progress;
import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.order.RankShare;
import io.pairstream.feed.view.View;
import java.util.List;
import org.apache.kafka.common.errors.InterruptException;

/**
 * One view, epoch after epoch.
 *
 * @param epochs the run ends before the epoch of this number
 */
record EpochCourse(Passes passes, OrderPlan plan, long epochs) implements Course {

  @Override
  public int parts() {
    return 1;
  }

  @Override
  public Position begin() {
    return passes.position(plan, Progress.BEGIN);
  }

  @Override
  public Position begin(long epoch) {
    return passes.position(plan, new Progress(epoch, 0));
  }

  @Override
  public List<View> views(Position start) {
    return known(passes.progress(plan, start).epoch());
  }

  @Override
  public Steps steps(Position start, RankShare share, int perLane, LastBatch lastBatch) {
    Part part = new Part(0, passes, plan);
    Progress progress = passes.progress(plan, start);
    return new EpochSteps(part, plan, epochs, share, perLane, lastBatch, progress);
  }

  @Override
  public Position skip(Position start, long steps, int perLane, LastBatch lastBatch)
      throws InterruptedException {
    Part part = new Part(0, passes, plan);
    Progress at = passes.progress(plan, start);
    long epoch = at.epoch();
    long taken = at.taken();
    long left = steps;
    while (left > 0 && epoch < epochs && passes.await(epoch)) {
      EpochOrder order = part.pass(epoch).order();
      long ofEpoch = steps(order, taken, perLane, lastBatch);
      if (left < ofEpoch) {
        return passes.position(plan, new Progress(epoch, taken + left * perLane));
      }
      left -= ofEpoch;
      epoch++;
      taken = 0;
      long whole = steps(order, 0, perLane, lastBatch);
      if (passes.isFrozen() && whole > 0) {
        long more = Math.min(left / whole, epochs - epoch);
        epoch += more;
        left -= more * whole;
      }
    }
    return passes.position(plan, new Progress(epoch, taken));
  }

  @Override
  public void requireBatches(int perLane, LastBatch lastBatch) {
    if (passes.isFrozen()) {
      known(0).forEach(view -> Course.requireBatches(view, plan, perLane, lastBatch));
    }
  }

  /** Steps of an epoch from where it stands. */
  private static long steps(EpochOrder order, long taken, int perLane, LastBatch lastBatch) {
    return lastBatch == LastBatch.KEEP
        ? Math.max(0, order.longestLane() - taken + perLane - 1) / perLane
        : Math.max(0, order.shortestLane() - taken) / perLane;
  }

  private List<View> known(long epoch) {
    try {
      return passes.isKnown(epoch) ? List.of(passes.view(epoch)) : List.of();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
