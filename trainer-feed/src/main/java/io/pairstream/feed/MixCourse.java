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
 * the length of the view's shortest lane. The lanes are those of the smallest view.
 */
final class MixCourse implements Course {

  private final List<View> views;
  private final OrderPlan plan;
  private final List<Share> shares;
  private final MixPattern pattern;
  private final int lanes;

  /**
   * @throws IllegalArgumentException where that is no mix, or views are of several topics
   */
  MixCourse(List<WeightedView> parts, OrderPlan plan) {
    this.views = parts.stream().map(WeightedView::view).toList();
    this.plan = plan;
    this.shares =
        parts.stream().map(part -> new Share(part.view().fingerprint(), part.weight())).toList();
    this.pattern = new MixPattern(parts.stream().map(WeightedView::weight).toList());
    this.lanes = plan.lanesOf(views.stream().mapToLong(View::samples).min().orElseThrow());
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
  public Steps steps(Position start, RankShare share, int batchSize, LastBatch lastBatch) {
    List<Part> parts =
        IntStream.range(0, views.size())
            .mapToObj(i -> new Part(i, Passes.of(views.get(i)), plan, lanes))
            .toList();
    return new MixSteps(parts, share, batchSize, taken(start));
  }

  @Override
  public Position skip(Position start, long steps, int batchSize, LastBatch lastBatch) {
    return new MixPosition(
        shares, plan, Math.addExact(taken(start), Math.multiplyExact(steps, batchSize)));
  }

  /** A view that is through begins anew. */
  @Override
  public void requireBatches(int batchSize, LastBatch lastBatch) {}

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
    return own.samples();
  }

  private final class MixSteps implements Steps {

    private final List<Part> parts;
    private final RankShare share;
    private final int batchSize;
    private long taken;

    private MixSteps(List<Part> parts, RankShare share, int batchSize, long taken) {
      this.parts = parts;
      this.share = share;
      this.batchSize = batchSize;
      this.taken = taken;
    }

    @Override
    public Optional<Step> next() throws InterruptedException {
      List<Turn> turns = new ArrayList<>();
      for (long number : share.of(taken, taken + batchSize).toArray()) {
        turns.add(turn(number));
      }
      Turn lead = turn(taken);
      taken += batchSize;
      MixPosition behind = new MixPosition(shares, plan, taken);
      return Optional.of(new Step(turns, lead, behind, -1, Double.NaN));
    }

    @Override
    public Optional<Step> poll() throws InterruptedException {
      return next();
    }

    private Turn turn(long ofRun) throws InterruptedException {
      int lane = (int) (ofRun % lanes);
      long number = ofRun / lanes;
      long first = pattern.firstTurn(lane, lanes);
      int view = pattern.view(first + number);
      long ofView = pattern.turnsBefore(view, first + number) - pattern.turnsBefore(view, first);
      long length = views.get(view).samples() / lanes;
      return new Turn(parts.get(view).pass(ofView / length), lane, ofView % length);
    }
  }
}
