package io.pairstream.feed;

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
  private static final PositionText TEXT =
      new PositionText(
          "a run over a view",
          List.of("view"),
          List.of(),
          List.of("seed", "lanes", "window", "epoch", "taken"));

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
    return TEXT.read(
        json,
        root ->
            new ViewPosition(
                root.path("view").textValue(),
                PositionText.plan(root),
                root.path("epoch").longValue(),
                root.path("taken").longValue()));
  }
}
