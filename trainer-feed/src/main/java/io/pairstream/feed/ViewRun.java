package io.pairstream.feed;

import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.order.RankShare;
import io.pairstream.feed.view.View;
import java.util.List;
import org.apache.kafka.common.errors.InterruptException;

/** A run over one view, or over a mix of several, as one of its ranks sees it. */
public final class ViewRun {

  /** Number of epochs of a run without an end. */
  public static final long ENDLESS = Long.MAX_VALUE;

  private final Course course;
  private final RankShare share;

  private ViewRun(Course course, RankShare share) {
    this.course = course;
    this.share = share;
  }

  private ViewRun(Course course) {
    this(course, new RankShare(0, 1));
  }

  /** Over one view, of one rank, without an end. */
  public static ViewRun of(View view, OrderPlan plan) {
    return of(Passes.of(view), plan);
  }

  /** Over one view, of one rank, without an end. */
  public static ViewRun of(Passes passes, OrderPlan plan) {
    return new ViewRun(new EpochCourse(passes, plan, ENDLESS));
  }

  /**
   * Over views by turns, each of which begins anew where it ends; of one rank, without an end.
   *
   * @param views two or more of one topic, with weights of at least 1 and at most {@link
   *     io.pairstream.feed.order.MixPattern#MAX_LENGTH} together
   * @throws IllegalArgumentException for anything else
   */
  public static ViewRun ofMix(List<WeightedView> views, OrderPlan plan) {
    return new ViewRun(new MixCourse(views, plan));
  }

  /**
   * The same, as one of several ranks sees it.
   *
   * @param rank from 0 to below {@code ranks}
   * @param ranks number of processes that train together, at least 1
   * @throws IllegalArgumentException where there is no such rank
   */
  public ViewRun rank(int rank, int ranks) {
    return new ViewRun(course, new RankShare(rank, ranks));
  }

  /**
   * The same, with an end.
   *
   * @param number the run ends before the epoch of this number; at least 1
   * @throws IllegalArgumentException where views are mixed, which have no epoch in common
   */
  public ViewRun epochs(long number) {
    if (!(course instanceof EpochCourse passes)) {
      throw new IllegalArgumentException(
          "a mix has no end of an epoch, since each of its views has its own; count batches");
    }
    if (number < 1) {
      throw new IllegalArgumentException("a run has at least 1 epoch, not " + number);
    }
    return new ViewRun(new EpochCourse(passes.passes(), passes.plan(), number), share);
  }

  public OrderPlan plan() {
    return course.plan();
  }

  /** Where the run begins. */
  public Position begin() {
    return course.begin();
  }

  /**
   * The position so many batches behind another: arithmetic alone, nothing is read.
   *
   * @throws PositionRefusedException where the position is one of another run
   */
  public Position skip(Position from, long batches, FeedSettings settings) {
    if (batches < 0) {
      throw new IllegalArgumentException("cannot skip " + batches + " batches");
    }
    try {
      return course.skip(from, batches, batchSize(settings), settings.lastBatch());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * The position from which a step is handed out.
   *
   * @param epoch from 0; 0 where views are mixed
   * @param step of the epoch, from 0; where views are mixed, of the run
   * @throws IllegalArgumentException where there is no such step
   */
  public Position at(long epoch, long step, FeedSettings settings) {
    Position at = skip(course.begin(epoch), step, settings);
    if (at instanceof ViewPosition within && within.epoch() != epoch) {
      throw new IllegalArgumentException(
          "epoch " + epoch + " ends before step " + step + "; steps count from 0 in each epoch");
    }
    return at;
  }

  /** How many views are read at a time. */
  int parts() {
    return course.parts();
  }

  /** What this rank has of each batch. */
  RankShare share() {
    return share;
  }

  /**
   * The views that are read from a position on, as far as they are known.
   *
   * @throws PositionRefusedException where the position is one of another run
   */
  List<View> views(Position start) {
    return course.views(start);
  }

  /**
   * What is handed out from a position on.
   *
   * @throws PositionRefusedException where the position is one of another run
   */
  Steps steps(Position start, FeedSettings settings) {
    return course.steps(start, share, batchSize(settings), settings.lastBatch());
  }

  /**
   * @throws IllegalArgumentException where there cannot be batches as the settings say
   */
  void requireBatches(FeedSettings settings) {
    if (settings.shapes() instanceof Shapes.Several && course.parts() > 1) {
      throw new IllegalArgumentException(
          "a mix has pictures of one size; read a view of each size by a feed of its own instead");
    }
    course.requireBatches(batchSize(settings), settings.lastBatch());
  }

  /** Of all ranks together; the settings' is this rank's. */
  private int batchSize(FeedSettings settings) {
    return Math.multiplyExact(settings.batchSize(), share.ranks());
  }
}
