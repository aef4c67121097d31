package io.pairstream.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.View;
import java.util.List;

/**
 * How far a run over a view has come. It says nothing of ranks: any number of them goes on from it.
 *
 * @param view fingerprint of the view
 * @param plan of the order
 * @param epoch pass over the view, from 0
 * @param samples that were handed out by all ranks together in this epoch
 */
public record ViewPosition(String view, OrderPlan plan, long epoch, long samples)
    implements Position {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> NUMBERS =
      List.of("seed", "lanes", "window", "epoch", "samples");
  private static final int SHOWN_CHARACTERS = 80;

  public ViewPosition {
    if (epoch < 0 || samples < 0) {
      throw new PositionRefusedException(
          "a position has no negative epoch or count, but epoch " + epoch + " and " + samples);
    }
  }

  /** The beginning of an epoch. */
  public static ViewPosition beginOf(View view, OrderPlan plan, long epoch) {
    return new ViewPosition(view.fingerprint(), plan, epoch, 0);
  }

  @Override
  public String toJson() {
    return JSON.createObjectNode()
        .put("view", view)
        .put("seed", plan.seed())
        .put("lanes", plan.lanes())
        .put("window", plan.window())
        .put("epoch", epoch)
        .put("samples", samples)
        .toString();
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws PositionRefusedException where the text is something else
   */
  public static ViewPosition parse(String json) {
    try {
      JsonNode root = JSON.readTree(json);
      if (root.has("taken") && !root.has("samples")) {
        throw new PositionRefusedException(
            "the position is one of an earlier version, which handed samples out in another order (it"
                + " counts them by lane, as taken); to begin its epoch anew, put \"samples\": 0 in the"
                + " place of \"taken\": "
                + root.path("taken"));
      }
      if (root.path("view").isTextual()
          && NUMBERS.stream().allMatch(name -> isNumber(root.path(name)))) {
        OrderPlan plan =
            new OrderPlan(
                root.path("seed").longValue(),
                root.path("lanes").intValue(),
                root.path("window").intValue());
        return new ViewPosition(
            root.path("view").textValue(),
            plan,
            root.path("epoch").longValue(),
            root.path("samples").longValue());
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw refusal(json);
    }
    throw refusal(json);
  }

  private static boolean isNumber(JsonNode field) {
    return field.isIntegralNumber() && field.canConvertToLong();
  }

  private static PositionRefusedException refusal(String json) {
    String shown =
        json.length() > SHOWN_CHARACTERS ? json.substring(0, SHOWN_CHARACTERS) + "..." : json;
    return new PositionRefusedException(
        "no position of a run over a view (an object with view, %s): %s"
            .formatted(String.join(", ", NUMBERS), shown));
  }
}
