package io.pairstream.feed;

/**
 * One sample of a batch, and where it comes from.
 *
 * @param lane of the plan, from 0
 * @param view fingerprint of the view whose turn it is
 * @param epoch of that view
 * @param place where the order points, as topic-partition-offset
 * @param record what is handed out for it now, as topic-partition-offset; another one where the
 *     pair at the place is withdrawn or gone
 * @param sourceKind as in the pair; empty where unknown, as all that follow
 */
public record ExplainedSample(
    int lane,
    String view,
    long epoch,
    String place,
    String record,
    String pairId,
    String sourceKind,
    String contributor,
    String url,
    String licence) {

  /** Whether another pair stands in for the one at the place. */
  public boolean isStandIn() {
    return !place.equals(record);
  }
}
