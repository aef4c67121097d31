package io.pairstream.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pairstream.feed.order.OrderPlan;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The text of one kind of position.
 *
 * @param kind whose position it is: "a run over a view"
 * @param texts fields that are texts
 * @param others fields that have a form of their own
 * @param numbers fields that are whole numbers
 */
record PositionText(String kind, List<String> texts, List<String> others, List<String> numbers) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN_CHARACTERS = 80;

  /**
   * Reads a position.
   *
   * @param read makes one of the fields; an {@link IllegalArgumentException} of it means that they
   *     are none of a position
   * @throws PositionRefusedException where the text is something else
   */
  <P extends Position> P read(String json, Function<JsonNode, P> read) {
    try {
      JsonNode root = JSON.readTree(json);
      if (texts.stream().allMatch(name -> root.path(name).isTextual())
          && numbers.stream().allMatch(name -> root.path(name).isIntegralNumber())) {
        return read.apply(root);
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw refusal(json);
    }
    throw refusal(json);
  }

  /** The order's part of a position. */
  static OrderPlan plan(JsonNode root) {
    return new OrderPlan(
        root.path("seed").longValue(),
        root.path("lanes").intValue(),
        root.path("window").intValue());
  }

  private PositionRefusedException refusal(String json) {
    String shown =
        json.length() > SHOWN_CHARACTERS ? json.substring(0, SHOWN_CHARACTERS) + "..." : json;
    List<String> names = Stream.of(texts, others, numbers).flatMap(List::stream).toList();
    return new PositionRefusedException(
        "no position of %s (an object with %s): %s"
            .formatted(kind, String.join(", ", names), shown));
  }
}
