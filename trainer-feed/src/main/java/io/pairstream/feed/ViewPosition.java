package io.pairstream.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.View;
import java.util.List;

/**
 * How far a run over a view has come. It says nothing of ranks: any number of them that divides the
 * lanes goes on from it.
 *
 * @param view fingerprint of the view
 * @param plan of the order
 * @param epoch pass over the view, from 0
 * @param taken samples of each lane that were handed out in this epoch
 */
public record ViewPosition(String view, OrderPlan plan, long epoch, long taken)
    implements Position {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> NUMBERS = List.of("seed", "lanes", "window", "epoch", "taken");

  public ViewPosition {
    if (epoch < 0 || taken < 0) {
      throw new PositionRefusedException(
          "a position has no negative epoch or count, but epoch " + epoch + " and " + taken);
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
        .put("taken", taken)
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
      if (!root.path("view").isTextual()
          || !NUMBERS.stream().allMatch(name -> root.path(name).isIntegralNumber())) {
        throw notAPosition(json);
      }
      return new ViewPosition(
          root.path("view").textValue(),
          new OrderPlan(
              root.path("seed").longValue(),
              root.path("lanes").intValue(),
              root.path("window").intValue()),
          root.path("epoch").longValue(),
          root.path("taken").longValue());
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw notAPosition(json);
    }
  }

  private static PositionRefusedException notAPosition(String json) {
    String shown = json.length() > 80 ? json.substring(0, 80) + "..." : json;
    return new PositionRefusedException(
        "no position of a run over a view (an object with view, "
            + String.join(", ", NUMBERS)
            + "): "
            + shown);
  }
}
