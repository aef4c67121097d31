package io.pairstream.feed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.feed.order.OrderPlan;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a run over a mix of views has come. It says nothing of ranks: any number of them goes on
 * from it.
 *
 * <pre>{"mix":[["…",7],["…",3]],"seed":7,"lanes":24,"window":256,"samples":128}</pre>
 *
 * @param mix the views and their weights, in order
 * @param plan of the order
 * @param samples that were handed out by all ranks together since the run began
 */
public record MixPosition(List<Share> mix, OrderPlan plan, long samples) implements Position {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PositionText TEXT =
      new PositionText(
          "a mix of views",
          List.of(),
          List.of("mix"),
          List.of("seed", "lanes", "window", "samples"));

  public MixPosition {
    mix = List.copyOf(mix);
    if (samples < 0) {
      throw new PositionRefusedException("a position has no negative count, but " + samples);
    }
  }

  /**
   * One view of a mix.
   *
   * @param view its fingerprint
   * @param weight at least 1
   */
  public record Share(String view, int weight) {

    @Override
    public String toString() {
      return view + ":" + weight;
    }
  }

  @Override
  public String toJson() {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode shares = root.putArray("mix");
    mix.forEach(share -> shares.addArray().add(share.view()).add(share.weight()));
    return root.put("seed", plan.seed())
        .put("lanes", plan.lanes())
        .put("window", plan.window())
        .put("samples", samples)
        .toString();
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws PositionRefusedException where the text is something else
   */
  public static MixPosition parse(String json) {
    return TEXT.read(
        json,
        root ->
            new MixPosition(
                shares(root.path("mix")),
                PositionText.plan(root),
                root.path("samples").longValue()));
  }

  private static List<Share> shares(JsonNode mix) {
    List<Share> shares = new ArrayList<>();
    for (JsonNode share : mix) {
      if (!share.path(0).isTextual() || !share.path(1).isInt()) {
        throw new IllegalArgumentException("a share is a fingerprint and a weight");
      }
      shares.add(new Share(share.path(0).textValue(), share.path(1).intValue()));
    }
    if (shares.isEmpty()) {
      throw new IllegalArgumentException("a mix has shares");
    }
    return shares;
  }
}
