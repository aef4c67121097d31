package io.pairstream.operations.review;

import java.util.Map;

/**
 * What a replay did, or would do.
 *
 * @param sent pairs that were sent again
 * @param left left alone: they are beyond the limit, and the next ones to be sent
 * @param before left alone: they were sent again before
 * @param elsewhere left alone: they have been judged anew since, or stand elsewhere
 * @param unusable left alone: nothing of them can be sent, or nobody can waive their reason
 * @param reasons those that were sent, by reason
 */
public record ReplayReport(
    long sent, long left, long before, long elsewhere, long unusable, Map<String, Long> reasons) {}
