package io.pairstream.feed.order;

import io.pairstream.feed.random.RandomNumbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which record stands where in one epoch: a pure function of the sizes of a view's blocks, the plan
 * and the epoch.
 *
 * <p>The blocks are permuted, by the random numbers of {@code (seed, epoch, "blocks")}, and their
 * records are counted through in that order. Lane {@code l} of {@code L} has the records from
 * {@code floor(l N / L)} to below {@code floor((l + 1) N / L)} of the {@code N}. In each lane,
 * every {@code window} records are permuted among themselves, by the random numbers of {@code
 * (seed, epoch, "window l w")}, {@code w} counting windows from 0; the last window may be shorter.
 * A step takes equally many samples of each lane. Immutable; safe for use by several threads.
 */
public final class EpochOrder {

  private final OrderPlan plan;
  private final long epoch;

  /** Indices of blocks, in this epoch's order. */
  private final int[] blocks;

  /** Records before each block of this epoch's order, and of all of them at the end. */
  private final long[] before;

  /**
   * @param blockSizes records of each of the view's blocks, each at least 1
   * @param epoch at least 0
   */
  public EpochOrder(List<Integer> blockSizes, OrderPlan plan, long epoch) {
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch must be at least 0, was " + epoch);
    }
    this.plan = plan;
    this.epoch = epoch;
    int count = blockSizes.size();
    if (plan.isShuffled()) {
      this.blocks = RandomNumbers.of(plan.seed(), epoch, "blocks").permutation(count);
    } else {
      this.blocks = new int[count];
      Arrays.setAll(blocks, block -> block);
    }
    this.before = new long[count + 1];
    for (int i = 0; i < count; i++) {
      before[i + 1] = before[i] + blockSizes.get(blocks[i]);
    }
  }

  /**
   * Some of one block's records.
   *
   * @param block index among the view's blocks
   * @param first place of the first record in the block
   * @param count of records, at least 1
   */
  public record Piece(int block, int first, int count) {}

  /** Records of the view. */
  public long samples() {
    return before[before.length - 1];
  }

  /** Records of the longest lane; other lanes have as many or one fewer. */
  public long longestLane() {
    return (samples() + plan.lanes() - 1) / plan.lanes();
  }

  /** Records of the shortest lane. */
  public long shortestLane() {
    return samples() / plan.lanes();
  }

  /** Records of a lane. */
  public long laneLength(int lane) {
    return begin(lane + 1) - begin(lane);
  }

  /** Windows of a lane. */
  public int windows(int lane) {
    long length = laneLength(lane);
    return Math.toIntExact((length + windowSize() - 1) / windowSize());
  }

  /** Records in a window of a lane. */
  public int windowLength(int lane, int window) {
    return (int) Math.min(windowSize(), laneLength(lane) - (long) window * windowSize());
  }

  /** The records of a window, in the order in which they are counted. */
  public List<Piece> pieces(int lane, int window) {
    long from = begin(lane) + (long) window * windowSize();
    long to = from + windowLength(lane, window);
    int index = Arrays.binarySearch(before, from);
    if (index < 0) {
      index = -index - 2;
    }
    List<Piece> pieces = new ArrayList<>();
    for (int i = index; i < blocks.length && before[i] < to; i++) {
      long first = Math.max(from, before[i]);
      long end = Math.min(to, before[i + 1]);
      pieces.add(new Piece(blocks[i], (int) (first - before[i]), (int) (end - first)));
    }
    return pieces;
  }

  /**
   * The order of a window: at {@code i} the number, among the records that {@link #pieces} gives,
   * of the one that is handed out as the window's {@code i}-th.
   */
  public int[] permutation(int lane, int window) {
    int length = windowLength(lane, window);
    if (plan.isShuffled()) {
      return RandomNumbers.of(plan.seed(), epoch, "window " + lane + " " + window)
          .permutation(length);
    }
    int[] same = new int[length];
    Arrays.setAll(same, i -> i);
    return same;
  }

  /**
   * The record that a lane hands out, as a piece of its own.
   *
   * @param at which of the lane's, from 0 to below {@link #laneLength}
   */
  public Piece record(int lane, long at) {
    int window = Math.toIntExact(at / windowSize());
    int left = permutation(lane, window)[(int) (at % windowSize())];
    for (Piece piece : pieces(lane, window)) {
      if (left < piece.count()) {
        return new Piece(piece.block(), piece.first() + left, 1);
      }
      left -= piece.count();
    }
    throw new IllegalStateException("the pieces of a window are all its records");
  }

  /** Records of a whole window. */
  public int windowSize() {
    return plan.windowSize();
  }

  private long begin(int lane) {
    // Exact: below 2^47 records with 2^16 lanes.
    return lane * samples() / plan.lanes();
  }
}
