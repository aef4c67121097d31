package io.pairstream.answers;

/**
 * Counts of an instance since its start.
 *
 * @param pairs pairs of which everything is recorded that was to be
 * @param asked answers that a model was asked for
 * @param failed those of them that have failed
 * @param copied answers that were taken over of other data sets
 * @param withdrawn pairs whose records were removed
 * @param skipped pairs that cannot be read
 * @param waiting questions that are not answered yet
 */
public record ScoreCounts(
    long pairs, long asked, long failed, long copied, long withdrawn, long skipped, long waiting) {}
