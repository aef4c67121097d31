package io.pairstream.feed;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * How far a run over a view has come. It says nothing of ranks: any number of them continues from
 * it.
 *
 * @param view fingerprint of the view
 * @param plan of the order
 * @param epoch pass over the view, from 0
 * @param samples that were handed out by all ranks together in this epoch
 */
public record ViewPosition(String view, OrderPlan plan, long epoch, long samples)
    implements Position {

  /** As it is stored. What Python's states say of checkpoints and loops is no part of the place. */
  @JsonIgnoreProperties({"checkpoint", "since", "ended"})
  private record Stored(String view, long seed, int lanes, int window, long epoch, long samples) {}

  public ViewPosition {
    if (epoch < 0 || samples < 0) {
      throw new FeedRefusedException(
          "a position has no negative epoch or count, but epoch " + epoch + " and " + samples);
    }
  }

  /** The beginning of an epoch. */
  public static ViewPosition beginOf(View view, OrderPlan plan, long epoch) {
    return new ViewPosition(view.fingerprint(), plan, epoch, 0);
  }

  @Override
  public String toJson() {
    return FeedPosition.write(
        new Stored(view, plan.seed(), plan.lanes(), plan.window(), epoch, samples));
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws FeedRefusedException where the text is something else
   */
  public static ViewPosition parse(String json) {
    Stored stored =
        FeedPosition.read(
            json,
            Stored.class,
            "a run over a view (an object with view, seed, lanes, window, epoch, samples)");
    try {
      OrderPlan plan = new OrderPlan(stored.seed, stored.lanes, stored.window);
      return new ViewPosition(stored.view, plan, stored.epoch, stored.samples);
    } catch (IllegalArgumentException e) {
      throw new FeedRefusedException("no position of a run over a view: " + e.getMessage());
    }
  }
}
