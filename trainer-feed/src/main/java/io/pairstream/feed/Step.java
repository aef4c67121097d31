package io.pairstream.feed;

import java.util.List;

/**
 * What the lanes of one rank give to a batch.
 *
 * @param lanes by lane, the rank's first one first
 * @param behind position of the run behind the step
 * @param epoch in which the step is; -1 where views are mixed, which have epochs of their own
 * @param epochShare how much of the epoch was handed out behind the step, 0 to 1; NaN likewise
 */
record Step(List<List<Turn>> lanes, Position behind, long epoch, double epochShare) {

  /**
   * One sample.
   *
   * @param lane of the plan, from 0
   * @param at which of the lane's samples in the pass, from 0
   * @param end behind the last of them that the pass hands out
   */
  record Turn(Pass pass, int lane, long at, long end) {

    /** The window of the lane in which the sample stands. */
    int window() {
      return Math.toIntExact(at / pass.order().windowSize());
    }
  }
}
