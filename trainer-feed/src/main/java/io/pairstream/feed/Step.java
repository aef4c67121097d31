package io.pairstream.feed;

import java.util.List;

/**
 * What one rank has of a batch.
 *
 * @param turns the rank's samples; none where it has no part in an epoch's last batch
 * @param lead the first sample of the batch, whichever rank has it
 * @param behind position of the run behind the step, the same for all ranks
 * @param epoch in which the step is; -1 where views are mixed, which have epochs of their own
 * @param epochShare how much of the epoch was handed out behind the step, 0 to 1; NaN likewise
 */
record Step(List<Turn> turns, Turn lead, Position behind, long epoch, double epochShare) {

  /**
   * One sample.
   *
   * @param lane of the pass, from 0
   * @param number which of the lane's samples in the pass, from 0
   */
  record Turn(Pass pass, int lane, long number) {

    /** The sample of a number in an epoch: lanes hand out by turns. */
    static Turn of(Pass pass, long number) {
      int lanes = pass.order().lanes();
      return new Turn(pass, (int) (number % lanes), number / lanes);
    }

    /** The window of the lane in which the sample stands. */
    int window() {
      return pass.order().windowOf(lane, number);
    }

    /** Its number in the window. */
    int at() {
      return (int) (number - pass.order().windowBegin(lane, window()));
    }
  }
}
