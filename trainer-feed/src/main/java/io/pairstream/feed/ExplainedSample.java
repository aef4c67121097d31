package io.pairstream.feed;

/**
 * One sample of a batch, and where it comes from.
 *
 * @param lane of the plan, from 0
 * @param place where the order points while nothing is withdrawn, as topic-partition-offset
 * @param record what is handed out now, as topic-partition-offset; another one where pairs of its
 *     window are withdrawn or gone
 * @param isStandIn whether it comes once more, in the place of one that is withdrawn or gone
 * @param sourceKind as in the pair; empty where unknown, as all that follow
 */
public record ExplainedSample(
    int lane,
    String place,
    String record,
    boolean isStandIn,
    String pairId,
    String sourceKind,
    String contributor,
    String url,
    String licence) {}
