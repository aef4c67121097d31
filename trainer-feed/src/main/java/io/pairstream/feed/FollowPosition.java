package io.pairstream.feed;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pairstream.feed.order.OrderPlan;
import java.util.List;

/**
 * How far a run has come that follows a growing view. It says nothing of ranks: any number of them
 * goes on from it.
 *
 * @param run the run's name
 * @param view the view's name
 * @param topicId Kafka's id of the split's topic
 * @param plan of the order
 * @param epoch pass over the view, from 0
 * @param segments of the view with which the epoch ends; 0 at the beginning of an epoch, of which
 *     it may not be agreed on yet
 * @param samples that were handed out by all ranks together in this epoch
 */
public record FollowPosition(
    String run, String view, String topicId, OrderPlan plan, long epoch, int segments, long samples)
    implements Position {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PositionText TEXT =
      new PositionText(
          "a run that follows a view",
          List.of("run", "view", "topic_id"),
          List.of(),
          List.of("seed", "lanes", "window", "epoch", "segments", "samples"));

  public FollowPosition {
    if (epoch < 0 || segments < 0 || samples < 0 || (samples > 0 && segments == 0)) {
      throw new PositionRefusedException(
          "no position of a run has epoch %d, %d segments and %d samples"
              .formatted(epoch, segments, samples));
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
        .put("samples", samples)
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
                root.path("samples").longValue()));
  }
}
