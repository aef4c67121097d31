package io.pairstream.feed;

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
  private static final PositionText TEXT =
      new PositionText(
          "a run over a view",
          List.of("view"),
          List.of(),
          List.of("seed", "lanes", "window", "epoch", "samples"));

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
    return TEXT.read(
        json,
        root ->
            new ViewPosition(
                root.path("view").textValue(),
                PositionText.plan(root),
                root.path("epoch").longValue(),
                root.path("samples").longValue()));
  }
}
