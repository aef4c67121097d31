package io.pairstream.tools.audit;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.tools.audit.AuditReport.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.ObjLongConsumer;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicPartition;

/**
 * The partitions that a reader has read, and by which outputs their records left. Coordinates in
 * them are one number: 16 bits partition, 48 bits offset.
 */
final class Inputs {

  /** Stands for coordinates on none of the partitions. */
  static final long NOWHERE = -1;

  private static final int OFFSET_BITS = 48;
  private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;

  private final String kind;
  private final List<String> outputs;
  private final List<RawPartition> partitions;
  private final Map<TopicPartition, Integer> indexes = new HashMap<>();
  private final Differences differences;

  /** Coordinates behind what was finished when the audit began, and who names them. */
  private final List<Unread> unread = new ArrayList<>();

  private long expired;

  private record Unread(long at, String site) {}

  /**
   * @param kind what the partitions hold, for a reader: {@code raw record}
   * @param outputs names of the outputs, which are numbered in this order
   */
  Inputs(
      String kind, List<String> outputs, List<RawPartition> partitions, Differences differences) {
    this.kind = kind;
    this.outputs = outputs;
    this.partitions = partitions;
    this.differences = differences;
    for (int i = 0; i < partitions.size(); i++) {
      indexes.put(partitions.get(i).partition(), i);
    }
  }

  List<RawPartition> partitions() {
    return partitions;
  }

  boolean hold(TopicPartition partition) {
    return indexes.containsKey(partition);
  }

  /** Coordinates as a number; a difference where an output names coordinates of no partition. */
  long of(Origin origin, String site) {
    Integer index = indexes.get(new TopicPartition(origin.getTopic(), origin.getPartition()));
    if (index == null || origin.getOffset() < 0 || origin.getOffset() > OFFSET_MASK) {
      String what = site + " comes from " + OriginHeader.text(origin) + ", which is no " + kind;
      differences.add(Kind.MISPLACED, what);
      return NOWHERE;
    }
    long at = ((long) index << OFFSET_BITS) | (origin.getOffset() & OFFSET_MASK);
    if (partition(at).isUnread(origin.getOffset())) {
      unread.add(new Unread(at, site));
    }
    return at;
  }

  /**
   * Names what comes from behind the end of the log. What merely came since the audit began is no
   * difference.
   *
   * @param ends where the partitions end, asked for after everything that names coordinates was
   *     read
   */
  void nameBeyond(Map<TopicPartition, Long> ends) {
    for (Unread one : unread) {
      long end = ends.get(partition(one.at()).partition());
      if (offset(one.at()) >= end) {
        differences.add(
            Kind.MISPLACED,
            "%s comes from %s, which cannot be: that log ends at %d"
                .formatted(one.site(), text(one.at()), end));
      }
    }
    unread.clear();
  }

  /** Place of a record's input; counts one that is older than the inputs of this audit. */
  long place(Origin origin, String site) {
    long at = of(origin, site);
    if (at != NOWHERE && partition(at).isExpired(offset(at))) {
      expired++;
    }
    return at;
  }

  boolean isInput(long at) {
    return at != NOWHERE && partition(at).isInput(offset(at));
  }

  /** Notes something in the partition of a place, under its offset, where that is an input's. */
  void ifInput(long at, ObjLongConsumer<RawPartition> note) {
    if (isInput(at)) {
      note.accept(partition(at), offset(at));
    }
  }

  /** Notes an output of a record; a difference where it is noted already. */
  void left(long at, int output, String site) {
    if (isInput(at) && !partition(at).left(offset(at), output)) {
      twice(at, output, site);
    }
  }

  void twice(long at, int output, String site) {
    String what = "%s is twice on %s, again at %s".formatted(text(at), outputs.get(output), site);
    differences.add(Kind.TWICE, what);
  }

  RawPartition partition(long at) {
    return partitions.get((int) (at >>> OFFSET_BITS));
  }

  static long offset(long at) {
    return at & OFFSET_MASK;
  }

  /** Coordinates for a reader. */
  String text(long at) {
    return at == NOWHERE ? "an unknown record" : partition(at).partition() + "-" + offset(at);
  }

  long expired() {
    return expired;
  }

  long sum(ToLongFunction<RawPartition> number) {
    return partitions.stream().mapToLong(number).sum();
  }

  boolean anyMissing() {
    return partitions.stream().flatMapToLong(RawPartition::missing).findAny().isPresent();
  }

  boolean anyInTwoPlaces() {
    return partitions.stream()
        .flatMapToLong(
            partition -> LongStream.concat(partition.decidedAndWaiting(), partition.manyOutputs()))
        .findAny()
        .isPresent();
  }

  /**
   * Says what is in no output, and what in more than one.
   *
   * @param missingCounts whether all that could name an input was read
   */
  void close(boolean missingCounts) {
    for (RawPartition partition : partitions) {
      if (missingCounts) {
        add(
            Kind.MISSING,
            partition.missing(),
            offset ->
                "%s-%d is in no output: it is not on %s"
                    .formatted(partition.partition(), offset, String.join(" or ", outputs)));
      }
      add(
          Kind.IN_TWO_PLACES,
          partition.manyOutputs(),
          offset ->
              IntStream.range(0, outputs.size())
                  .filter(output -> partition.hasLeft(offset, output))
                  .mapToObj(outputs::get)
                  .collect(
                      Collectors.joining(
                          " and ", partition.partition() + "-" + offset + " is on ", "")));
      add(
          Kind.IN_TWO_PLACES,
          partition.decidedAndWaiting(),
          offset ->
              "%s-%d is in an output and still waits to be looked up"
                  .formatted(partition.partition(), offset));
    }
  }

  private void add(Kind kind, LongStream offsets, LongFunction<String> sentence) {
    offsets.forEach(offset -> differences.add(kind, sentence.apply(offset)));
  }
}
