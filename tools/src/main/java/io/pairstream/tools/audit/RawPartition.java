package io.pairstream.tools.audit;

import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.roaringbitmap.FastAggregation;
import org.roaringbitmap.RoaringBitmap;

/**
 * Which offsets of one raw partition left by which output: at most one bit per offset and output,
 * and less where there are few offsets or all of a range.
 *
 * <p>Only offsets from the start of the log to the last committed one are looked at, and of these
 * only the finished ones; there may be 2^31 of them.
 */
final class RawPartition {

  private final TopicPartition partition;
  private final long start;
  private final long committed;
  private final List<RoaringBitmap> outputs;
  private final RoaringBitmap inFlight = new RoaringBitmap();
  private final RoaringBitmap present = new RoaringBitmap();
  private final RoaringBitmap withdrawn = new RoaringBitmap();
  private final RoaringBitmap waiting = new RoaringBitmap();

  /** Offsets that waited before the outputs were read. */
  private RoaringBitmap waited = new RoaringBitmap();

  /** Offsets that need not be looked up: not finished, or looked up before. */
  private final RoaringBitmap passedOver = new RoaringBitmap();

  /** Offsets below the committed one that are not finished; counted from the start. */
  private final RoaringBitmap unfinished = new RoaringBitmap();

  /**
   * @param start the first offset
   * @param finished what the group that reads the partition has done with
   * @param outputCount how many outputs there are
   */
  RawPartition(TopicPartition partition, long start, FinishedOffsets finished, int outputCount) {
    if (finished.end() - start > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          partition + " holds more than 2^31 offsets, which an audit cannot count");
    }
    this.partition = partition;
    this.start = start;
    this.committed = Math.max(start, finished.end());
    this.outputs = IntStream.range(0, outputCount).mapToObj(output -> new RoaringBitmap()).toList();
    for (long offset = Math.max(start, finished.low()); offset < committed; offset++) {
      if (!finished.contains(offset)) {
        unfinished.add(bit(offset));
      }
    }
    passedOver.or(unfinished);
  }

  TopicPartition partition() {
    return partition;
  }

  boolean isExpired(long offset) {
    return offset < start;
  }

  /** Whether an offset lies behind all that was finished when the audit began. */
  boolean isUnread(long offset) {
    return offset >= committed;
  }

  boolean isInput(long offset) {
    return offset >= start && offset < committed && !unfinished.contains(bit(offset));
  }

  /**
   * Notes that an offset left by an output; answers whether it is the first time for that output.
   */
  boolean left(long offset, int output) {
    return outputs.get(output).checkedAdd(bit(offset));
  }

  /** Takes back that an offset left by an output. */
  void removed(long offset, int output) {
    outputs.get(output).remove(bit(offset));
  }

  /** Takes back all that left by an output. */
  void forget(int output) {
    outputs.get(output).clear();
  }

  void inFlight(long offset) {
    inFlight.add(bit(offset));
  }

  /** Notes that an offset waits to be looked up among all pictures, or no more. */
  void waits(long offset, boolean still) {
    if (still) {
      waiting.add(bit(offset));
    } else {
      waiting.remove(bit(offset));
    }
  }

  /** Notes that the outputs are read next: what waits now is in none, or will be. */
  void beforeOutputs() {
    waited = waiting.clone();
  }

  /** Notes that the log really holds a record at an offset that nothing named. */
  void present(long offset) {
    present.add(bit(offset));
  }

  void withdrawn(long offset) {
    withdrawn.add(bit(offset));
  }

  /** How many records the log had here, as far as anything names them or they were looked up. */
  long inputs() {
    RoaringBitmap any = named();
    any.or(present);
    return any.getLongCardinality();
  }

  /** How many are on the way and have left by no output. */
  long onTheWay() {
    RoaringBitmap on = inFlight.clone();
    outputs.forEach(on::andNot);
    return on.getLongCardinality();
  }

  /** How many wait to be looked up. */
  long undecided() {
    RoaringBitmap undecided = RoaringBitmap.andNot(waited, inFlight);
    outputs.forEach(undecided::andNot);
    return undecided.getLongCardinality();
  }

  /** Offsets that left by an output and still wait, ascending. */
  LongStream decidedAndWaiting() {
    return offsets(
        RoaringBitmap.and(waiting, FastAggregation.or(outputs.toArray(RoaringBitmap[]::new))));
  }

  /** How many left by no output because they were withdrawn. */
  long gone() {
    RoaringBitmap gone = RoaringBitmap.and(withdrawn, present);
    gone.andNot(named());
    return gone.getLongCardinality();
  }

  /**
   * Offsets to look up: named by no output, neither on the way nor waiting, and not looked up
   * before.
   */
  Unnamed unnamed() {
    return new Unnamed(RoaringBitmap.or(named(), passedOver));
  }

  /** Offsets at which there is a record that left by no output, ascending. */
  LongStream missing() {
    RoaringBitmap missing = RoaringBitmap.andNot(present, withdrawn);
    missing.andNot(named());
    return offsets(missing);
  }

  /** Whether an offset left by an output. */
  boolean hasLeft(long offset, int output) {
    return outputs.get(output).contains(bit(offset));
  }

  /** How many offsets left by an output. */
  long count(int output) {
    return outputs.get(output).getLongCardinality();
  }

  /** Offsets that left by more than one output, ascending. */
  LongStream manyOutputs() {
    RoaringBitmap once = new RoaringBitmap();
    RoaringBitmap many = new RoaringBitmap();
    for (RoaringBitmap output : outputs) {
      many.or(RoaringBitmap.and(output, once));
      once.or(output);
    }
    return offsets(many);
  }

  /** Named by an output, on the way, or waiting. */
  private RoaringBitmap named() {
    return FastAggregation.or(
        Stream.concat(Stream.of(inFlight, waited), outputs.stream()).toArray(RoaringBitmap[]::new));
  }

  private LongStream offsets(RoaringBitmap bits) {
    return bits.stream().mapToLong(bit -> start + bit);
  }

  private int bit(long offset) {
    return (int) (offset - start);
  }

  /** Stretches of offsets, ascending; those that were asked for are passed over from then on. */
  final class Unnamed {

    private final RoaringBitmap known;
    private int from;

    private Unnamed(RoaringBitmap known) {
      this.known = known;
    }

    Optional<Stretch> next() {
      int count = (int) (committed - start);
      from = (int) Math.min(count, known.nextAbsentValue(from));
      if (from == count) {
        return Optional.empty();
      }
      long named = known.nextValue(from);
      int to = named < 0 ? count : (int) Math.min(named, count);
      passedOver.add((long) from, (long) to);
      Stretch stretch = new Stretch(start + from, start + to);
      from = to;
      return Optional.of(stretch);
    }
  }
}
