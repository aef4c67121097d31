package io.pairstream.feed;

import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.View;
import java.util.LinkedHashMap;
import java.util.Map;

/** One view of a run, with the orders of its epochs. Used by one thread. */
final class Part {

  /** Lanes are not always in the same epoch, and windows are loaded ahead. */
  private static final int KEPT = 8;

  private final int number;
  private final Passes passes;
  private final OrderPlan plan;
  private final int lanes;
  private final Map<Long, Pass> latest =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Pass> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * @param number which of the run's views, from 0
   * @param lanes of every epoch; 0 for those that the plan says
   */
  Part(int number, Passes passes, OrderPlan plan, int lanes) {
    this.number = number;
    this.passes = passes;
    this.plan = plan;
    this.lanes = lanes;
  }

  Passes passes() {
    return passes;
  }

  /** An epoch; waits where it is still open which samples it has. */
  Pass pass(long epoch) throws InterruptedException {
    Pass known = latest.get(epoch);
    if (known == null) {
      View view = passes.view(epoch);
      int ofPart = lanes > 0 ? lanes : plan.lanesOf(view.samples());
      known = new Pass(number, view, epoch, new EpochOrder(view.blocks(), plan, epoch, ofPart));
      latest.put(epoch, known);
    }
    return known;
  }
}
