package io.pairstream.feed;

import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.View;

/**
 * What a run over one view hands out, epoch by epoch, and how its positions are written.
 *
 * <p>All ranks of a run, and whoever repeats it, get the same answers. Used by one thread at a
 * time.
 */
public interface Passes {

  /**
   * How far a run has come.
   *
   * @param epoch from 0
   * @param taken samples of this epoch that all ranks together have handed out
   */
  record Progress(long epoch, long taken) {

    public static final Progress BEGIN = new Progress(0, 0);

    /**
     * The same, where an epoch of so many samples goes on behind it.
     *
     * @throws PositionRefusedException where it does not
     */
    Progress within(long samples) {
      if (taken >= samples) {
        throw new PositionRefusedException(
            "the position says that %d samples of epoch %d were handed out, and the epoch has %d"
                .formatted(taken, epoch, samples));
      }
      return this;
    }
  }

  /**
   * The samples of an epoch; waits where it is still open which those are. One without a single
   * batch is passed over, so where a view grows, the next epoch's waits until there is more.
   */
  View view(long epoch) throws InterruptedException;

  /** Whether {@link #view} answers without waiting. */
  boolean isKnown(long epoch);

  /** Waits until an epoch's samples are known; false where the run ends before it. */
  default boolean await(long epoch) throws InterruptedException {
    return true;
  }

  /** Whether every epoch has the same samples. */
  boolean isFrozen();

  /** The position of a run in this order. */
  Position position(OrderPlan plan, Progress progress);

  /**
   * What {@link #position} wrote.
   *
   * @throws PositionRefusedException where the position is one of other passes, or another order
   */
  Progress progress(OrderPlan plan, Position position);

  /** The same view in every epoch. */
  static Passes of(View view) {
    return new FrozenPasses(view);
  }
}
