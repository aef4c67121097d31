package io.pairstream.feed;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How far a trainer has come: per partition, the offset up to which records were read, and those
 * before it that were not handed out, because their shape's batch was not full.
 *
 * <p>As JSON about 100 bytes, 10 per partition, and a few per owed record: it is stored with the
 * model. Owed records stand there as how far they are behind the partition's offset: {@code
 * "offsets":{"0":70},"behind":{"0":[12,3]}} owes those at 58 and 67. Without owed records there is
 * no {@code behind}.
 *
 * @param topic the topic, which begins with the data set's name
 * @param topicId Kafka's id of the topic, which a topic that is made anew does not share
 * @param offsets by partition, for every partition of the topic
 * @param owed by partition, only for those that owe any; each offset is below the partition's
 */
public record FeedPosition(
    String topic,
    String topicId,
    SortedMap<Integer, Long> offsets,
    SortedMap<Integer, SortedSet<Long>> owed)
    implements Position {

  /**
   * As it is stored.
   *
   * @param behind by partition, how far behind its offset the offsets are that are owed
   */
  private record Stored(
      String topic,
      String topicId,
      @JsonSetter(contentNulls = Nulls.FAIL) TreeMap<Integer, Long> offsets,
      @JsonSetter(contentNulls = Nulls.FAIL) TreeMap<Integer, List<Long>> behind) {

    Optional<FeedPosition> position() {
      if (topic == null || topicId == null || offsets == null || offsets.isEmpty()) {
        return Optional.empty();
      }
      SortedMap<Integer, SortedSet<Long>> owed = new TreeMap<>();
      if (behind != null) {
        behind.forEach(
            (partition, distances) -> {
              SortedSet<Long> missing = new TreeSet<>();
              long offset = offsets.getOrDefault(partition, 0L);
              distances.forEach(distance -> missing.add(offset - distance));
              owed.put(partition, missing);
            });
      }
      return Optional.of(new FeedPosition(topic, topicId, offsets, owed));
    }
  }

  public FeedPosition {
    offsets = Collections.unmodifiableSortedMap(new TreeMap<>(offsets));
    SortedMap<Integer, SortedSet<Long>> copy = new TreeMap<>();
    for (Map.Entry<Integer, SortedSet<Long>> entry : owed.entrySet()) {
      SortedSet<Long> missing = entry.getValue();
      if (!missing.isEmpty()) {
        Long offset = offsets.get(entry.getKey());
        if (offset == null || missing.first() < 0 || missing.last() >= offset) {
          throw new IllegalArgumentException(
              "partition " + entry.getKey() + " owes " + missing + ", and is at " + offset);
        }
        copy.put(entry.getKey(), Collections.unmodifiableSortedSet(new TreeSet<>(missing)));
      }
    }
    owed = Collections.unmodifiableSortedMap(copy);
  }

  /** A position that owes nothing. */
  public FeedPosition(String topic, String topicId, SortedMap<Integer, Long> offsets) {
    this(topic, topicId, offsets, new TreeMap<>());
  }

  /** The first offset of a partition that was not handed out. */
  long firstOpen(int partition) {
    return owed.containsKey(partition) ? owed.get(partition).first() : offsets.get(partition);
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws PositionRefusedException where the text is something else
   */
  public static FeedPosition parse(String json) {
    String expected = "a feed (an object with topic, topic_id and offsets)";
    try {
      return StoredPosition.read(json, Stored.class)
          .flatMap(Stored::position)
          .orElseThrow(() -> StoredPosition.refusal(expected, json));
    } catch (IllegalArgumentException e) {
      throw StoredPosition.refusal(expected, json);
    }
  }

  @Override
  public String toJson() {
    TreeMap<Integer, List<Long>> behind = new TreeMap<>();
    owed.forEach(
        (partition, missing) ->
            behind.put(
                partition,
                missing.stream().map(offset -> offsets.get(partition) - offset).toList()));
    return StoredPosition.write(new Stored(topic, topicId, new TreeMap<>(offsets), behind));
  }
}
