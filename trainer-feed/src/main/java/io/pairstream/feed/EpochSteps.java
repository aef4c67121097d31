package io.pairstream.feed;

import io.pairstream.feed.FeedSettings.LastBatch;
import io.pairstream.feed.Passes.Progress;
import io.pairstream.feed.Step.Turn;
import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.order.RankShare;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** The steps of a run over one view: epoch after epoch. */
final class EpochSteps implements Steps {

  private final Part part;
  private final OrderPlan plan;
  private final long epochs;
  private final RankShare share;
  private final int perLane;
  private final LastBatch lastBatch;

  private long epoch;
  private long taken;

  /**
   * By the rank's lanes, how many samples the present epoch hands out; empty before it is begun.
   */
  private long[] ends = {};

  /**
   * @param share the lanes whose turns are wanted
   * @param perLane samples of each lane in a batch
   * @param start where the run goes on
   */
  EpochSteps(
      Part part,
      OrderPlan plan,
      long epochs,
      RankShare share,
      int perLane,
      LastBatch lastBatch,
      Progress start) {
    this.part = part;
    this.plan = plan;
    this.epochs = epochs;
    this.share = share;
    this.perLane = perLane;
    this.lastBatch = lastBatch;
    this.epoch = start.epoch();
    this.taken = start.taken();
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
      if (ends.length == 0) {
        ends = ends(pass.order());
      }
      if (!isOver()) {
        return Optional.of(step(pass));
      }
      beginNextEpoch();
    }
    return Optional.empty();
  }

  private Step step(Pass pass) {
    List<List<Turn>> lanes = new ArrayList<>(ends.length);
    for (int i = 0; i < ends.length; i++) {
      int lane = share.firstLane() + i;
      long end = ends[i];
      lanes.add(
          LongStream.range(taken, Math.min(taken + perLane, end))
              .mapToObj(at -> new Turn(pass, lane, at, end))
              .toList());
    }
    taken += perLane;
    double share = Math.min(1, (double) taken / pass.order().longestLane());
    if (isOver()) {
      beginNextEpoch();
      share = 1;
    }
    Position behind = part.passes().position(plan, new Progress(epoch, taken));
    return new Step(lanes, behind, pass.epoch(), share);
  }

  private boolean isOver() {
    return Arrays.stream(ends).allMatch(end -> taken >= end);
  }

  private void beginNextEpoch() {
    epoch++;
    taken = 0;
    ends = new long[0];
  }

  private long[] ends(EpochOrder order) {
    return LongStream.range(share.firstLane(), share.firstLane() + share.laneCount())
        .map(lane -> end(order, (int) lane))
        .toArray();
  }

  private long end(EpochOrder order, int lane) {
    return lastBatch == LastBatch.KEEP
        ? order.laneLength(lane)
        : taken + Math.max(0, order.shortestLane() - taken) / perLane * perLane;
  }
}
