package io.pairstream.feed;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a trainer has come in a split: per partition, the offset up to which records were handed
 * out. As JSON about 100 bytes and 10 per partition.
 *
 * @param topic the topic, which begins with the data set's name
 * @param topicId Kafka's id of the topic, which a topic that is made anew does not share
 * @param offsets by partition, for every partition of the topic; at least one
 */
public record FeedPosition(
    String topic,
    String topicId,
    @JsonSetter(contentNulls = Nulls.FAIL) SortedMap<Integer, Long> offsets)
    implements Position {

  public FeedPosition {
    if (offsets.isEmpty()) {
      throw new IllegalArgumentException("a position has at least one partition");
    }
    offsets = Collections.unmodifiableSortedMap(new TreeMap<>(offsets));
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws PositionRefusedException where the text is something else
   */
  public static FeedPosition parse(String json) {
    return StoredPosition.read(
        json, FeedPosition.class, "a feed (an object with topic, topic_id and offsets)");
  }

  @Override
  public String toJson() {
    return StoredPosition.write(this);
  }
}
