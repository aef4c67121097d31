package io.pairstream.feed;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.View;
import java.util.Objects;
import java.util.stream.Stream;

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

  /**
   * As it is stored.
   *
   * @param taken by lane, how many were handed out, as an earlier version has it
   */
  private record Stored(
      String view,
      Long seed,
      Integer lanes,
      Integer window,
      Long epoch,
      Long samples,
      JsonNode taken) {

    boolean isWhole() {
      return Stream.of(view, seed, lanes, window, epoch, samples).allMatch(Objects::nonNull);
    }
  }

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
    return StoredPosition.write(
        new Stored(view, plan.seed(), plan.lanes(), plan.window(), epoch, samples, null));
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws PositionRefusedException where the text is something else
   */
  public static ViewPosition parse(String json) {
    String expected =
        "a run over a view (an object with view, seed, lanes, window, epoch, samples)";
    Stored stored =
        StoredPosition.read(json, Stored.class)
            .orElseThrow(() -> StoredPosition.refusal(expected, json));
    if (stored.taken != null && stored.samples == null) {
      throw new PositionRefusedException(
          "the position is one of an earlier version, which handed samples out in another order (it"
              + " counts them by lane, as taken); to begin its epoch anew, put \"samples\": 0 in the"
              + " place of \"taken\": "
              + stored.taken);
    }
    if (!stored.isWhole()) {
      throw StoredPosition.refusal(expected, json);
    }
    try {
      OrderPlan plan = new OrderPlan(stored.seed, stored.lanes, stored.window);
      return new ViewPosition(stored.view, plan, stored.epoch, stored.samples);
    } catch (IllegalArgumentException e) {
      throw StoredPosition.refusal(expected, json);
    }
  }
}
