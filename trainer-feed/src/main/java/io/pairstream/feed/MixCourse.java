package io.pairstream.feed;

import io.pairstream.feed.FeedSettings.LastBatch;
import io.pairstream.feed.MixPosition.Share;
import io.pairstream.feed.Step.Turn;
import io.pairstream.feed.order.MixPattern;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.order.RankShare;
import io.pairstream.feed.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Several views by turns, each with epochs of its own, without an end.
 *
 * <p>What stands where follows from its number alone: in every lane, sample {@code n} of a view is
 * sample {@code n mod U} of the lane's in the view's epoch {@code floor(n / U)}, where {@code U} is
 * the length of the view's shortest lane.
 */
final class MixCourse implements Course {

  private final List<View> views;
  private final OrderPlan plan;
  private final List<Share> shares;
  private final MixPattern pattern;

  /**
   * @throws IllegalArgumentException where that is no mix, or views are of several topics
   */
  MixCourse(List<WeightedView> parts, OrderPlan plan) {
    this.views = parts.stream().map(WeightedView::view).toList();
    this.plan = plan;
    this.shares =
        parts.stream().map(part -> new Share(part.view().fingerprint(), part.weight())).toList();
    this.pattern = new MixPattern(parts.stream().map(WeightedView::weight).toList());
    for (View view : views) {
      if (!view.topicId().equals(views.get(0).topicId())) {
        throw new IllegalArgumentException(
            "the views of a mix are of one topic, not of %s (%s) and %s (%s)"
                .formatted(
                    views.get(0).topic(), views.get(0).topicId(), view.topic(), view.topicId()));
      }
    }
  }

  @Override
  public OrderPlan plan() {
    return plan;
  }

  @Override
  public int parts() {
    return views.size();
  }

  @Override
  public Position begin() {
    return new MixPosition(shares, plan, 0);
  }

  @Override
  public Position begin(long epoch) {
    if (epoch != 0) {
      throw new IllegalArgumentException(
          "a mix has no epochs, since each of its views has its own; count its steps from 0");
    }
    return begin();
  }

  @Override
  public List<View> views(Position start) {
    taken(start);
    return views;
  }

  @Override
  public Steps steps(Position start, RankShare share, int perLane, LastBatch lastBatch) {
    List<Part> parts =
        IntStream.range(0, views.size())
            .mapToObj(i -> new Part(i, Passes.of(views.get(i)), plan))
            .toList();
    return new MixSteps(parts, share, perLane, taken(start));
  }

  @Override
  public Position skip(Position start, long steps, int perLane, LastBatch lastBatch) {
    return new MixPosition(shares, plan, Math.addExact(taken(start), steps * perLane));
  }

  /** A lane's turn takes one sample of a view, and the view begins anew behind its last one. */
  @Override
  public void requireBatches(int perLane, LastBatch lastBatch) {
    views.forEach(view -> Course.requireBatches(view, plan, 1, LastBatch.DROP));
  }

  private long taken(Position position) {
    if (!(position instanceof MixPosition own)) {
      throw new PositionRefusedException(
          "the position is not one of a mix of views: " + position.toJson());
    }
    if (!own.mix().equals(shares)) {
      throw new PositionRefusedException(
          "the position is one of another mix: views %s, and this run has %s"
              .formatted(own.mix(), shares));
    }
    if (!own.plan().equals(plan)) {
      throw new PositionRefusedException(
          "the position belongs to another order: %s, and this run has %s"
              .formatted(own.plan(), plan));
    }
    return own.taken();
  }

  private final class MixSteps implements Steps {

    private final List<Part> parts;
    private final RankShare share;
    private final int perLane;
    private long taken;

    private MixSteps(List<Part> parts, RankShare share, int perLane, long taken) {
      this.parts = parts;
      this.share = share;
      this.perLane = perLane;
      this.taken = taken;
    }

    @Override
    public Optional<Step> next() throws InterruptedException {
      List<List<Turn>> lanes = new ArrayList<>(share.laneCount());
      for (int i = 0; i < share.laneCount(); i++) {
        List<Turn> lane = new ArrayList<>(perLane);
        for (int j = 0; j < perLane; j++) {
          lane.add(turn(share.firstLane() + i, taken + j));
        }
        lanes.add(lane);
      }
      taken += perLane;
      return Optional.of(new Step(lanes, new MixPosition(shares, plan, taken), -1, Double.NaN));
    }

    @Override
    public Optional<Step> poll() throws InterruptedException {
      return next();
    }

    private Turn turn(int lane, long number) throws InterruptedException {
      long first = pattern.firstTurn(lane, plan.lanes());
      int view = pattern.view(first + number);
      long ofView = pattern.turnsBefore(view, first + number) - pattern.turnsBefore(view, first);
      long length = views.get(view).samples() / plan.lanes();
      return new Turn(parts.get(view).pass(ofView / length), lane, ofView % length, length);
    }
  }
}
