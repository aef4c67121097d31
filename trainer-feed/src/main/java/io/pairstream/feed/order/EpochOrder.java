package io.pairstream.feed.order;

import io.pairstream.feed.view.Block;
import io.pairstream.schemas.Sha256;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The place of each record in one epoch: a pure function of a view's blocks, the plan and the
 * epoch.
 *
 * <p>Blocks are put into groups, each of one block of every stretch of the log, and every group is
 * cut into parts that have the same share of each of its blocks; in that order all records are
 * counted through. Lanes are equal stretches of them, windows equal stretches of a lane, and each
 * window is permuted. docs/trainers.md gives the numbers. Immutable; safe for use by several
 * threads.
 */
public final class EpochOrder {

  /**
   * Stretches of the log, in the order in which they are counted: neighbours far apart. Every
   * window has a part of each.
   */
  private static final int[] STRATA = {0, 4, 2, 6, 1, 5, 3, 7};

  private final OrderPlan plan;
  private final long epoch;
  private final int lanes;

  /** Indices of the view's blocks, in this epoch's order. */
  private final int[] blocks;

  /** Number of records before each block of this epoch's order; at the end, of all records. */
  private final long[] before;

  /** Number of blocks in every group but the last, which also has the remainder. */
  private final int inGroup;

  private final int groups;

  /**
   * @param viewBlocks at least one
   * @param epoch at least 0
   */
  public EpochOrder(List<Block> viewBlocks, OrderPlan plan, long epoch) {
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch must be at least 0, was " + epoch);
    }
    this.plan = plan;
    this.epoch = epoch;
    int count = viewBlocks.size();
    if (plan.isShuffled()) {
      this.blocks = spread(viewBlocks);
      this.inGroup = STRATA.length;
      this.groups = Math.max(1, count / inGroup);
    } else {
      this.blocks = new int[count];
      Arrays.setAll(blocks, block -> block);
      this.inGroup = 1;
      this.groups = count;
    }
    this.before = new long[count + 1];
    for (int i = 0; i < count; i++) {
      before[i + 1] = before[i] + viewBlocks.get(blocks[i]).size();
    }
    this.lanes = plan.lanesOf(samples());
  }

  /**
   * Some of one block's records.
   *
   * @param block index among the view's blocks
   * @param first place of the first record in the block
   * @param count of records, at least 1
   */
  public record Piece(int block, int first, int count) {}

  public long epoch() {
    return epoch;
  }

  /** Records of the view. */
  public long samples() {
    return before[before.length - 1];
  }

  /** How many lanes the epoch has. */
  public int lanes() {
    return lanes;
  }

  /**
   * Place of a sample: its number in a window of a lane.
   *
   * @param lane from 0
   * @param window of the lane, from 0
   * @param at from 0
   */
  public record Place(int lane, int window, int at) {}

  /** The place of the sample of a number in the epoch: lanes hand out by turns. */
  public Place place(long number) {
    return place((int) (number % lanes), number / lanes);
  }

  private Place place(int lane, long ofLane) {
    int window = Math.toIntExact(((ofLane + 1) * windows(lane) - 1) / laneLength(lane));
    return new Place(lane, window, (int) (ofLane - windowBegin(lane, window)));
  }

  /** Number in the epoch of the sample of a place. */
  public long number(int lane, int window, int at) {
    return (windowBegin(lane, window) + at) * lanes + lane;
  }

  /**
   * Where a record is counted to: its lane, its window, and its number there before the window is
   * permuted.
   *
   * @param block index among the view's blocks
   * @param first place of the record in the block
   */
  public Place counted(int block, int first) {
    int index = 0;
    while (blocks[index] != block) {
      index++;
    }
    int group = Math.min(index / inGroup, groups - 1);
    long parts = parts(group);
    long part = ((first + 1L) * parts - 1) / size(index);
    long number = before[group * inGroup] + first;
    for (int i = group * inGroup; i < endBlock(group); i++) {
      number += i == index ? 0 : (part + (i < index ? 1 : 0)) * size(i) / parts;
    }
    long each = samples() / lanes;
    long more = samples() % lanes;
    long lane = number < more * (each + 1) ? number / (each + 1) : (number - more) / each;
    return place((int) lane, number - begin((int) lane));
  }

  /** Windows of a lane, all of one size but for a record. */
  public int windows(int lane) {
    return Math.toIntExact(Math.max(1, laneLength(lane) / plan.windowSize()));
  }

  /** Records in a window of a lane. */
  public int windowLength(int lane, int window) {
    return (int) (windowBegin(lane, window + 1) - windowBegin(lane, window));
  }

  /** Number of a lane's records; the first lanes may have one more than the others. */
  private long laneLength(int lane) {
    return begin(lane + 1) - begin(lane);
  }

  /**
   * Number in its lane of a window's first record; for the window after the last, the lane's
   * length.
   */
  private long windowBegin(int lane, int window) {
    return window * laneLength(lane) / windows(lane);
  }

  /** Records of a window, in the order in which they are counted. */
  private List<Piece> pieces(int lane, int window) {
    long from = begin(lane) + windowBegin(lane, window);
    long to = begin(lane) + windowBegin(lane, window + 1);
    int index = Arrays.binarySearch(before, from);
    int first = Math.min((index < 0 ? -index - 2 : index) / inGroup, groups - 1);
    List<Piece> pieces = new ArrayList<>();
    for (int group = first; group < groups && before[group * inGroup] < to; group++) {
      addPieces(group, from, to, pieces);
    }
    return pieces;
  }

  /** Adds the group's records that are counted from {@code from} to below {@code to}. */
  private void addPieces(int group, long from, long to, List<Piece> pieces) {
    int firstBlock = group * inGroup;
    int endBlock = endBlock(group);
    long parts = parts(group);
    long whole = before[endBlock] - before[firstBlock];
    long part = Math.max(0, from - before[firstBlock]) * parts / whole;
    long at = before[firstBlock];
    for (int i = firstBlock; i < endBlock; i++) {
      at += part * size(i) / parts;
    }
    for (; part < parts && at < to; part++) {
      for (int i = firstBlock; i < endBlock; i++) {
        long begin = part * size(i) / parts;
        long end = (part + 1) * size(i) / parts;
        long first = Math.max(from, at);
        long behind = Math.min(to, at + end - begin);
        if (first < behind) {
          pieces.add(new Piece(blocks[i], (int) (begin + first - at), (int) (behind - first)));
        }
        at += end - begin;
      }
    }
  }

  private int endBlock(int group) {
    return group < groups - 1 ? (group + 1) * inGroup : blocks.length;
  }

  /** Number of parts of a group, each of at least a window. */
  private long parts(int group) {
    long whole = before[endBlock(group)] - before[group * inGroup];
    return plan.isShuffled() ? Math.max(1, whole / plan.windowSize()) : 1;
  }

  /**
   * Contents of a window, in the order in which they are handed out.
   *
   * @param read returns a piece's contents
   */
  public <T> List<T> ordered(int lane, int window, Function<Piece, List<T>> read) {
    List<T> counted = new ArrayList<>();
    pieces(lane, window).forEach(piece -> counted.addAll(read.apply(piece)));
    if (!plan.isShuffled()) {
      return counted;
    }
    int[] order = permutation(counted.size(), numbers("window " + lane + " " + window));
    return Arrays.stream(order).mapToObj(counted::get).toList();
  }

  /** Blocks in groups, each of one block of every stretch of the log, then the remainder. */
  private int[] spread(List<Block> viewBlocks) {
    int[] log = byAge(viewBlocks);
    SplittableRandom numbers = numbers("blocks");
    int[][] strata = new int[STRATA.length][];
    for (int stratum = 0; stratum < strata.length; stratum++) {
      int begin = (int) ((long) stratum * log.length / strata.length);
      int end = (int) ((stratum + 1L) * log.length / strata.length);
      strata[stratum] =
          Arrays.stream(permutation(end - begin, numbers)).map(i -> log[begin + i]).toArray();
    }
    int[] spread = new int[log.length];
    int count = 0;
    for (int i = 0; count < spread.length; i++) {
      for (int stratum : STRATA) {
        if (i < strata[stratum].length) {
          spread[count] = strata[stratum][i];
          count++;
        }
      }
    }
    return spread;
  }

  /** Blocks of all partitions merged in the order in which they were written. */
  private static int[] byAge(List<Block> viewBlocks) {
    Map<Integer, List<Integer>> ofPartition = new TreeMap<>();
    for (int i = 0; i < viewBlocks.size(); i++) {
      ofPartition.computeIfAbsent(viewBlocks.get(i).partition(), any -> new ArrayList<>()).add(i);
    }
    List<Aged> aged = new ArrayList<>(viewBlocks.size());
    for (List<Integer> own : ofPartition.values()) {
      for (int i = 0; i < own.size(); i++) {
        aged.add(new Aged(((2L * i + 1) << 30) / own.size(), own.get(i)));
      }
    }
    aged.sort(Comparator.comparingLong(Aged::age).thenComparingInt(Aged::block));
    return aged.stream().mapToInt(Aged::block).toArray();
  }

  private record Aged(long age, int block) {}

  private long size(int index) {
    return before[index + 1] - before[index];
  }

  private long begin(int lane) {
    return lane * (samples() / lanes) + Math.min(lane, samples() % lanes);
  }

  /**
   * Random numbers derived from their purpose: equal wherever and whenever they are drawn.
   *
   * <p>Java's class is SplitMix64 (<a href="https://doi.org/10.1145/2660193.2660195">Steele, Lea
   * and Flood 2014</a>); the state begins as the first eight bytes, most significant first, of
   * SHA-256 over seed, epoch and purpose in UTF-8 with one zero byte between them, numbers in
   * decimal.
   */
  private SplittableRandom numbers(String what) {
    byte[] digest = Sha256.of(plan.seed() + "\0" + epoch + '\0' + what);
    return new SplittableRandom(ByteBuffer.wrap(digest).getLong());
  }

  /**
   * The numbers 0 to n - 1 in a random order: for i from n - 1 down to 1, the numbers at i and at
   * {@code floor(x * (i + 1))} change places (Fisher and Yates, as Durstenfeld gives it), with x
   * the upper 53 of the next 64 bits, times 2^-53.
   */
  private static int[] permutation(int n, SplittableRandom numbers) {
    int[] order = new int[n];
    Arrays.setAll(order, i -> i);
    for (int i = n - 1; i > 0; i--) {
      int j = (int) (numbers.nextDouble() * (i + 1));
      int moved = order[i];
      order[i] = order[j];
      order[j] = moved;
    }
    return order;
  }
}
