package io.pairstream.feed;

import io.pairstream.feed.FeedSettings.LastBatch;
import io.pairstream.feed.Passes.Progress;
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
  public Steps steps(Position start, RankShare share, int batchSize, LastBatch lastBatch) {
    Part part = new Part(0, passes, plan, 0);
    Progress progress = passes.progress(plan, start);
    return new EpochSteps(part, plan, epochs, share, batchSize, lastBatch, progress);
  }

  @Override
  public Position skip(Position start, long steps, int batchSize, LastBatch lastBatch)
      throws InterruptedException {
    Part part = new Part(0, passes, plan, 0);
    Progress at = passes.progress(plan, start);
    long epoch = at.epoch();
    long taken = at.taken();
    long left = steps;
    while (left > 0 && epoch < epochs && passes.await(epoch)) {
      long samples = part.pass(epoch).order().samples();
      long ofEpoch = EpochSteps.left(samples, taken, batchSize, lastBatch);
      if (left < ofEpoch) {
        return passes.position(plan, new Progress(epoch, taken + left * batchSize));
      }
      left -= ofEpoch;
      epoch++;
      taken = 0;
      long whole = EpochSteps.left(samples, 0, batchSize, lastBatch);
      if (passes.isFrozen() && whole > 0) {
        long more = Math.min(left / whole, epochs - epoch);
        epoch += more;
        left -= more * whole;
      }
    }
    return passes.position(plan, new Progress(epoch, taken));
  }

  @Override
  public void requireBatches(int batchSize, LastBatch lastBatch) {
    if (!passes.isFrozen()) {
      return;
    }
    for (View view : known(0)) {
      if (EpochSteps.left(view.samples(), 0, batchSize, lastBatch) == 0) {
        throw new IllegalArgumentException(
            "the view %s has %d samples: too few for a batch of %d"
                .formatted(view.fingerprint(), view.samples(), batchSize));
      }
    }
  }

  private List<View> known(long epoch) {
    try {
      return passes.isKnown(epoch) ? List.of(passes.view(epoch)) : List.of();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
