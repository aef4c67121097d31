package io.pairstream.feed;

import io.pairstream.feed.order.EpochOrder;
import java.util.List;

/**
 * What one rank has of a batch.
 *
 * @param turns the rank's samples; none where it has no part in an epoch's last batch
 * @param lead the first sample of the batch, whichever rank has it
 * @param behind position of the run behind the step, the same for all ranks
 * @param epochShare how much of the epoch was handed out behind the step, 0 to 1
 */
record Step(List<Turn> turns, Turn lead, ViewPosition behind, double epochShare) {

  /**
   * One sample.
   *
   * @param order of its epoch
   * @param lane of the epoch, from 0
   * @param number which of the lane's samples in the epoch, from 0
   */
  record Turn(EpochOrder order, int lane, long number) {

    /** The sample of a number in an epoch: lanes hand out by turns. */
    static Turn of(EpochOrder order, long number) {
      return new Turn(order, (int) (number % order.lanes()), number / order.lanes());
    }

    /** The window of the lane in which the sample stands. */
    int window() {
      return order.windowOf(lane, number);
    }

    /** Its number in the window. */
    int at() {
      return (int) (number - order.windowBegin(lane, window()));
    }
  }
}
