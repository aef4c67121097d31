package io.pairstream.feed.batch;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.schemas.wire.OneLine;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a trainer has come in a split: per partition, the offset up to which records were handed
 * out, not prefetched. It is stored with the model, as JSON of about 100 bytes and 10 per
 * partition.
 *
 * @param topic the topic, which begins with the data set's name
 * @param topicId Kafka's id of the topic, which a topic that is made anew does not share
 * @param offsets by partition, for every partition of the topic; at least one
 */
public record FeedPosition(
    String topic,
    String topicId,
    @JsonSetter(contentNulls = Nulls.FAIL) SortedMap<Integer, Long> offsets) {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  public FeedPosition {
    if (offsets.isEmpty()) {
      throw new IllegalArgumentException("a position has at least one partition");
    }
    offsets = Collections.unmodifiableSortedMap(new TreeMap<>(offsets));
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws FeedRefusedException where the text is something else
   */
  public static FeedPosition parse(String json) {
    try {
      FeedPosition read = JSON.readValue(json, FeedPosition.class);
      if (read != null) {
        return read;
      }
    } catch (JsonProcessingException e) {
      // Refused below.
    }
    throw new FeedRefusedException(
        "no position of a feed (an object with topic, topic_id and offsets): " + OneLine.of(json));
  }

  /** One line of JSON. */
  public String toJson() {
    return JSON.valueToTree(this).toString();
  }

  /**
   * Checks that a feed can continue here.
   *
   * @param first where the topic begins now
   * @param ends by partition, where it ends
   * @throws FeedRefusedException where it is one of another topic, or records behind it have left
   *     the log
   */
  void requireWithin(FeedPosition first, SortedMap<Integer, Long> ends) {
    if (!topic.equals(first.topic)) {
      throw new FeedRefusedException("the position is one of " + topic + ", not of " + first.topic);
    }
    if (!topicId.equals(first.topicId)) {
      throw new FeedRefusedException(
          "%s is not the topic that the position was taken on: it has been made anew (topic id %s, position %s)"
              .formatted(topic, first.topicId, topicId));
    }
    if (!offsets.keySet().equals(ends.keySet())) {
      throw new FeedRefusedException(
          "the position has partitions %s, %s has %s"
              .formatted(offsets.keySet(), topic, ends.keySet()));
    }
    offsets.forEach(
        (partition, offset) -> {
          long begin = first.offsets.get(partition);
          if (offset < begin) {
            throw new FeedRefusedException(
                "%s-%d begins at %d: records behind the position, from %d on, have left the log"
                    .formatted(topic, partition, begin, offset));
          }
          if (offset > ends.get(partition)) {
            throw new FeedRefusedException(
                "%s-%d ends at %d, before the position's %d: records were lost, or the position is another cluster's"
                    .formatted(topic, partition, ends.get(partition), offset));
          }
        });
  }
}
