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
  private static final String SAMPLES = "samples";
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
      if (numbers.contains(SAMPLES) && root.has("taken") && !root.has(SAMPLES)) {
        throw new PositionRefusedException(
            "the position is one of an earlier version, which handed samples out in another order (it"
                + " counts them by lane, as taken); to begin its epoch anew, put \"samples\": 0 in the"
                + " place of \"taken\": "
                + root.path("taken"));
      }
      if (texts.stream().allMatch(name -> root.path(name).isTextual())
          && numbers.stream().allMatch(name -> isNumber(root.path(name)))) {
        return read.apply(root);
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw refusal(json);
    }
    throw refusal(json);
  }

  private static boolean isNumber(JsonNode field) {
    return field.isIntegralNumber() && field.canConvertToLong();
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
