package io.pairstream.feed.view;

import io.pairstream.schemas.ViewSegment;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A view that has a name, as the topic of views holds it: segments, each with blocks of pairs.
 * Where it is not frozen, more segments come; those that are there never change.
 *
 * @param name 1 to 64 lower-case letters, digits, points, hyphens and underscores, a letter or
 *     digit first
 * @param segments by number, from 0 without a gap; at least one
 */
public record NamedView(String name, List<ViewSegment> segments) {

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  static final Comparator<Block> IN_ORDER =
      Comparator.comparingInt(Block::partition).thenComparingLong(Block::begin);

  public NamedView {
    requireName(name);
    segments = List.copyOf(segments);
    if (segments.isEmpty()) {
      throw new InvalidViewException("the view " + name + " has no segment");
    }
  }

  /**
   * @throws InvalidViewException where no view can be called so
   */
  static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidViewException(
          "the name of a view has 1 to 64 lower-case letters, digits, '.', '-' and '_', a letter or digit first, not '%s'"
              .formatted(name));
    }
  }

  /** Whether no segment comes any more. */
  public boolean isFrozen() {
    return segments.stream().anyMatch(ViewSegment::getLast);
  }

  /** The split's topic. */
  public String topic() {
    return segments.get(0).getTopic();
  }

  /** Kafka's id of the split's topic. */
  public String topicId() {
    return segments.get(0).getTopicId();
  }

  /** The conditions that all its pairs meet; none where it takes every pair. */
  public List<String> where() {
    return segments.get(0).getWhere();
  }

  /** When the last segment was made. */
  public Instant sealedAt() {
    return segments.get(segments.size() - 1).getSealedAt();
  }

  /** By partition, the offset up to which the segments account for the split's topic. */
  public SortedMap<Integer, Long> readTo() {
    SortedMap<Integer, Long> readTo = new TreeMap<>();
    segments
        .get(segments.size() - 1)
        .getReadTo()
        .forEach((partition, offset) -> readTo.put(Integer.valueOf(partition), offset));
    return readTo;
  }

  /** Number of pairs in all segments. */
  public long samples() {
    return samples(0, segments.size());
  }

  /** Number of pairs in some segments, from {@code from} to below {@code to}. */
  public long samples(int from, int to) {
    return blocks(segments.subList(from, to)).mapToLong(Block::size).sum();
  }

  /**
   * All its pairs, as a run reads them.
   *
   * @throws InvalidViewException where there is none
   */
  public View view() {
    return view(0, segments.size());
  }

  /** The pairs of some segments, from {@code from} to below {@code to}. */
  public View view(int from, int to) {
    List<Block> blocks = blocks(segments.subList(from, to)).sorted(IN_ORDER).toList();
    return new View(topic(), topicId(), sealedAt(), where(), blocks);
  }

  private static Stream<Block> blocks(List<ViewSegment> segments) {
    return segments.stream()
        .flatMap(segment -> segment.getBlocks().stream())
        .map(one -> new Block(one.getPartition(), one.getBegin(), one.getBytes(), one.getRuns()));
  }
}
