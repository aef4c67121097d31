package io.pairstream.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a trainer has come: per partition, the offset of the first record that it was not handed.
 *
 * <p>As JSON about 100 bytes and 10 per partition: it is stored with the model.
 *
 * @param topic the topic, which begins with the data set's name
 * @param topicId Kafka's id of the topic, which a topic that is made anew does not share
 * @param offsets by partition, for every partition of the topic
 */
public record FeedPosition(String topic, String topicId, SortedMap<Integer, Long> offsets) {

  private static final ObjectMapper JSON = new ObjectMapper();

  public FeedPosition {
    offsets = Collections.unmodifiableSortedMap(new TreeMap<>(offsets));
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws PositionRefusedException where the text is something else
   */
  public static FeedPosition parse(String json) {
    try {
      JsonNode root = JSON.readTree(json);
      SortedMap<Integer, Long> offsets = new TreeMap<>();
      for (Map.Entry<String, JsonNode> entry : root.path("offsets").properties()) {
        if (!entry.getValue().isIntegralNumber()) {
          throw notAPosition(json);
        }
        offsets.put(Integer.valueOf(entry.getKey()), entry.getValue().longValue());
      }
      if (!root.path("topic").isTextual()
          || !root.path("topic_id").isTextual()
          || offsets.isEmpty()) {
        throw notAPosition(json);
      }
      return new FeedPosition(
          root.path("topic").textValue(), root.path("topic_id").textValue(), offsets);
    } catch (JsonProcessingException | NumberFormatException e) {
      throw notAPosition(json);
    }
  }

  /** One line of JSON. */
  public String toJson() {
    ObjectNode root = JSON.createObjectNode();
    root.put("topic", topic);
    root.put("topic_id", topicId);
    ObjectNode byPartition = root.putObject("offsets");
    offsets.forEach((partition, offset) -> byPartition.put(String.valueOf(partition), offset));
    return root.toString();
  }

  private static PositionRefusedException notAPosition(String json) {
    String shown = json.length() > 80 ? json.substring(0, 80) + "..." : json;
    return new PositionRefusedException(
        "no position of a feed (an object with topic, topic_id and offsets): " + shown);
  }
}
