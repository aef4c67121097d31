package io.pairstream.feed;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pairstream.feed.order.OrderPlan;
import java.util.List;

/**
 * How far a run has come that follows a growing view. It says nothing of ranks: any number of them
 * that divides the lanes goes on from it.
 *
 * @param run the run's name
 * @param view the view's name
 * @param topicId Kafka's id of the split's topic
 * @param plan of the order
 * @param epoch pass over the view, from 0
 * @param segments of the view with which the epoch ends; 0 at the beginning of an epoch, of which
 *     it may not be agreed on yet
 * @param taken samples of each lane that were handed out in this epoch
 */
public record FollowPosition(
    String run, String view, String topicId, OrderPlan plan, long epoch, int segments, long taken)
    implements Position {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PositionText TEXT =
      new PositionText(
          "a run that follows a view",
          List.of("run", "view", "topic_id"),
          List.of(),
          List.of("seed", "lanes", "window", "epoch", "segments", "taken"));

  public FollowPosition {
    if (epoch < 0 || segments < 0 || taken < 0 || (taken > 0 && segments == 0)) {
      throw new PositionRefusedException(
          "no position of a run has epoch %d, %d segments and %d taken"
              .formatted(epoch, segments, taken));
    }
  }

  @Override
  public String toJson() {
    return JSON.createObjectNode()
        .put("run", run)
        .put("view", view)
        .put("topic_id", topicId)
        .put("seed", plan.seed())
        .put("lanes", plan.lanes())
        .put("window", plan.window())
        .put("epoch", epoch)
        .put("segments", segments)
        .put("taken", taken)
        .toString();
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws PositionRefusedException where the text is something else
   */
  public static FollowPosition parse(String json) {
    return TEXT.read(
        json,
        root ->
            new FollowPosition(
                root.path("run").textValue(),
                root.path("view").textValue(),
                root.path("topic_id").textValue(),
                PositionText.plan(root),
                root.path("epoch").longValue(),
                root.path("segments").intValue(),
                root.path("taken").longValue()));
  }
}
