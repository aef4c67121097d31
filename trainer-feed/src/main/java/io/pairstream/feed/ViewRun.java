package io.pairstream.feed;

import io.pairstream.feed.FeedSettings.LastBatch;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** A run over a view, epoch after epoch, as one of its ranks sees it. */
public final class ViewRun {

  /** Number of epochs of a run without an end. */
  public static final long ENDLESS = Long.MAX_VALUE;

  private final View view;
  private final String fingerprint;
  private final long samples;
  private final OrderPlan plan;
  private final long epochs;
  private final int rank;
  private final int ranks;

  private ViewRun(View view, OrderPlan plan, long epochs, int rank, int ranks) {
    this.view = view;
    this.fingerprint = view.fingerprint();
    this.samples = view.samples();
    this.plan = plan;
    this.epochs = epochs;
    this.rank = rank;
    this.ranks = ranks;
  }

  /** A run of one rank, without an end. */
  public static ViewRun of(View view, OrderPlan plan) {
    return new ViewRun(view, plan, ENDLESS, 0, 1);
  }

  /**
   * Returns one rank's part of the run: every {@code count}-th of an epoch's samples, starting at
   * {@code number}.
   *
   * @param number from 0 to below {@code ranks}
   * @param count number of processes that train together, at least 1
   * @throws IllegalArgumentException where there is no such rank
   */
  public ViewRun rank(int number, int count) {
    if (count < 1 || number < 0 || number >= count) {
      throw new IllegalArgumentException(
          "rank " + number + " of " + count + "; ranks count from 0, and there is at least one");
    }
    return new ViewRun(view, plan, epochs, number, count);
  }

  /**
   * Returns a copy with an end.
   *
   * @param number epoch before which the run ends; at least 1
   */
  public ViewRun epochs(long number) {
    if (number < 1) {
      throw new IllegalArgumentException("a run has at least 1 epoch, not " + number);
    }
    return new ViewRun(view, plan, number, rank, ranks);
  }

  /** Where the run begins. */
  public ViewPosition begin() {
    return ViewPosition.beginOf(view, plan, 0);
  }

  /**
   * The position so many batches behind another: arithmetic alone, nothing is read.
   *
   * @throws FeedRefusedException where the position is one of another run
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

  View view() {
    return view;
  }

  OrderPlan plan() {
    return plan;
  }

  long epochs() {
    return epochs;
  }

  EpochOrder order(long epoch) {
    return new EpochOrder(view.blocks(), plan, epoch);
  }

  /** How many of so many samples of a lane, one behind the other, are the rank's, rounded up. */
  int share(int ofLane, int lanes) {
    int perLane = ranks / BigInteger.valueOf(ranks).gcd(BigInteger.valueOf(lanes)).intValue();
    return (ofLane + perLane - 1) / perLane;
  }

  /**
   * One batch of all ranks.
   *
   * @param first number in the epoch of its first sample, whichever rank has it
   * @param own numbers in the epoch of the rank's samples; none where it has no part in an epoch's
   *     last batch
   * @param behind position of the run behind the step, the same for all ranks
   * @param epochShare how much of the epoch was handed out behind the step, 0 to 1
   */
  record Step(long epoch, long first, List<Long> own, ViewPosition behind, double epochShare) {}

  /** The step after a position of this run; empty where the run is over. */
  Optional<Step> step(ViewPosition position, FeedSettings settings) {
    ViewPosition at =
        left(position.samples(), settings) == 0 ? position(position.epoch() + 1, 0) : position;
    if (at.epoch() >= epochs) {
      return Optional.empty();
    }
    long first = at.samples();
    long end = Math.min(first + batchSize(settings), samples);
    List<Long> own =
        LongStream.iterate(
                first + Math.floorMod(rank - first, (long) ranks), n -> n < end, n -> n + ranks)
            .boxed()
            .toList();
    ViewPosition behind = skip(at, 1, settings);
    double epochShare = behind.epoch() > at.epoch() ? 1 : (double) end / samples;
    return Optional.of(new Step(at.epoch(), first, own, behind, epochShare));
  }

  /**
   * @throws IllegalArgumentException where there cannot be batches as the settings say
   */
  void requireBatches(FeedSettings settings) {
    if (left(0, settings) == 0) {
      throw new IllegalArgumentException(
          "a batch of %d takes more samples than the view %s has: %d"
              .formatted(batchSize(settings), fingerprint, samples));
    }
  }

  /**
   * @throws FeedRefusedException where the position is one of another run
   */
  void requireOwn(ViewPosition position) {
    if (!position.view().equals(fingerprint)) {
      throw new FeedRefusedException(
          "the position is one of the view %s, not of %s".formatted(position.view(), fingerprint));
    }
    if (!position.plan().equals(plan)) {
      throw new FeedRefusedException(
          "the position belongs to another order: %s, and this run has %s"
              .formatted(position.plan(), plan));
    }
    if (position.samples() >= samples) {
      throw new FeedRefusedException(
          "the position says that %d samples of epoch %d were handed out, and the epoch has %d"
              .formatted(position.samples(), position.epoch(), samples));
    }
  }

  private ViewPosition position(long epoch, long taken) {
    return new ViewPosition(fingerprint, plan, epoch, taken);
  }

  /** Number of an epoch's steps after this many of its samples. */
  private long left(long taken, FeedSettings settings) {
    int batchSize = batchSize(settings);
    long left = Math.max(0, samples - taken);
    return (settings.lastBatch() == LastBatch.KEEP ? left + batchSize - 1 : left) / batchSize;
  }

  /** Batch size of all ranks together; the settings have this rank's. */
  private int batchSize(FeedSettings settings) {
    return Math.multiplyExact(settings.batchSize(), ranks);
  }
}
