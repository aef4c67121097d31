package io.pairstream.feed;

import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.order.RankShare;
import io.pairstream.feed.view.View;

/** A run over a view, epoch after epoch, as one of its ranks sees it. */
public final class ViewRun {

  /** Number of epochs of a run without an end. */
  public static final long ENDLESS = Long.MAX_VALUE;

  private final View view;
  private final OrderPlan plan;
  private final long epochs;
  private final RankShare share;

  private ViewRun(View view, OrderPlan plan, long epochs, RankShare share) {
    this.view = view;
    this.plan = plan;
    this.epochs = epochs;
    this.share = share;
  }

  /** Of one rank, without an end. */
  public static ViewRun of(View view, OrderPlan plan) {
    return new ViewRun(view, plan, ENDLESS, new RankShare(0, 1));
  }

  /**
   * The same, as one of several ranks sees it.
   *
   * @param rank from 0 to below {@code ranks}
   * @param ranks number of processes that train together, at least 1
   * @throws IllegalArgumentException where there is no such rank
   */
  public ViewRun rank(int rank, int ranks) {
    return new ViewRun(view, plan, epochs, new RankShare(rank, ranks));
  }

  /**
   * The same, with an end.
   *
   * @param number the run ends before the epoch of this number; at least 1
   */
  public ViewRun epochs(long number) {
    if (number < 1) {
      throw new IllegalArgumentException("a run has at least 1 epoch, not " + number);
    }
    return new ViewRun(view, plan, number, share);
  }

  /** Where the run begins. */
  public ViewPosition begin() {
    return ViewPosition.beginOf(view, plan, 0);
  }

  /**
   * The position so many batches behind another: arithmetic alone, nothing is read.
   *
   * @throws PositionRefusedException where the position is one of another run
   */
  public ViewPosition skip(ViewPosition from, long batches, FeedSettings settings) {
    if (batches < 0) {
      throw new IllegalArgumentException("cannot skip " + batches + " batches");
    }
    requireOwn(from);
    long ofEpoch = left(from.samples(), settings);
    if (batches == 0 || from.epoch() >= epochs) {
      return from;
    }
    if (batches < ofEpoch) {
      return position(from.epoch(), from.samples() + batches * batchSize(settings));
    }
    long left = batches - ofEpoch;
    long whole = Math.max(1, left(0, settings));
    long epoch = from.epoch() + 1 + Math.min(left / whole, epochs - from.epoch() - 1);
    return position(epoch, epoch < epochs ? left % whole * batchSize(settings) : 0);
  }

  /**
   * The position from which a step is handed out.
   *
   * @param epoch from 0
   * @param step of the epoch, from 0
   * @throws IllegalArgumentException where there is no such step
   */
  public ViewPosition at(long epoch, long step, FeedSettings settings) {
    ViewPosition at = skip(position(epoch, 0), step, settings);
    if (at.epoch() != epoch) {
      throw new IllegalArgumentException(
          "epoch " + epoch + " ends before step " + step + "; steps count from 0 in each epoch");
    }
    return at;
  }

  View view() {
    return view;
  }

  OrderPlan plan() {
    return plan;
  }

  /** What this rank has of each batch. */
  RankShare share() {
    return share;
  }

  /** What is handed out from a position of this run on. */
  Steps steps(ViewPosition start, FeedSettings settings) {
    return new Steps(
        view.blocks(), epochs, share, batchSize(settings), settings.lastBatch(), start);
  }

  /**
   * @throws IllegalArgumentException where there cannot be batches as the settings say
   */
  void requireBatches(FeedSettings settings) {
    if (left(0, settings) == 0) {
      throw new IllegalArgumentException(
          "the view %s has %d samples: too few for a batch of %d"
              .formatted(view.fingerprint(), view.samples(), batchSize(settings)));
    }
  }

  /**
   * @throws PositionRefusedException where the position is one of another run
   */
  void requireOwn(ViewPosition position) {
    if (!position.view().equals(view.fingerprint())) {
      throw new PositionRefusedException(
          "the position is one of the view %s, not of %s"
              .formatted(position.view(), view.fingerprint()));
    }
    if (!position.plan().equals(plan)) {
      throw new PositionRefusedException(
          "the position belongs to another order: %s, and this run has %s"
              .formatted(position.plan(), plan));
    }
    if (position.samples() >= view.samples()) {
      throw new PositionRefusedException(
          "the position says that %d samples of epoch %d were handed out, and the epoch has %d"
              .formatted(position.samples(), position.epoch(), view.samples()));
    }
  }

  private ViewPosition position(long epoch, long samples) {
    return new ViewPosition(view.fingerprint(), plan, epoch, samples);
  }

  /** Steps of an epoch behind so many of its samples. */
  private long left(long taken, FeedSettings settings) {
    return Steps.left(view.samples(), taken, batchSize(settings), settings.lastBatch());
  }

  /** Of all ranks together; the settings' is this rank's. */
  private int batchSize(FeedSettings settings) {
    return Math.multiplyExact(settings.batchSize(), share.ranks());
  }
}
