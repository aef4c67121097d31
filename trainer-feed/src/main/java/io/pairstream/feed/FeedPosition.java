package io.pairstream.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.Map;
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

  private static final ObjectMapper JSON = new ObjectMapper();

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
    try {
      JsonNode root = JSON.readTree(json);
      SortedMap<Integer, Long> offsets = new TreeMap<>();
      for (Map.Entry<String, JsonNode> entry : root.path("offsets").properties()) {
        offsets.put(Integer.valueOf(entry.getKey()), whole(entry.getValue(), json));
      }
      SortedMap<Integer, SortedSet<Long>> owed = new TreeMap<>();
      for (Map.Entry<String, JsonNode> entry : root.path("behind").properties()) {
        int partition = Integer.parseInt(entry.getKey());
        if (!offsets.containsKey(partition)) {
          throw notAPosition(json);
        }
        SortedSet<Long> missing = new TreeSet<>();
        for (JsonNode distance : entry.getValue()) {
          missing.add(offsets.get(partition) - whole(distance, json));
        }
        owed.put(partition, missing);
      }
      if (!root.path("topic").isTextual()
          || !root.path("topic_id").isTextual()
          || offsets.isEmpty()) {
        throw notAPosition(json);
      }
      return new FeedPosition(
          root.path("topic").textValue(), root.path("topic_id").textValue(), offsets, owed);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw notAPosition(json);
    }
  }

  @Override
  public String toJson() {
    ObjectNode root = JSON.createObjectNode();
    root.put("topic", topic);
    root.put("topic_id", topicId);
    ObjectNode byPartition = root.putObject("offsets");
    offsets.forEach((partition, offset) -> byPartition.put(String.valueOf(partition), offset));
    if (!owed.isEmpty()) {
      ObjectNode behind = root.putObject("behind");
      owed.forEach(
          (partition, missing) -> {
            ArrayNode distances = behind.putArray(String.valueOf(partition));
            missing.forEach(offset -> distances.add(offsets.get(partition) - offset));
          });
    }
    return root.toString();
  }

  private static long whole(JsonNode number, String json) {
    if (!number.isIntegralNumber()) {
      throw notAPosition(json);
    }
    return number.longValue();
  }

  private static PositionRefusedException notAPosition(String json) {
    String shown = json.length() > 80 ? json.substring(0, 80) + "..." : json;
    return new PositionRefusedException(
        "no position of a feed (an object with topic, topic_id and offsets): " + shown);
  }
}
