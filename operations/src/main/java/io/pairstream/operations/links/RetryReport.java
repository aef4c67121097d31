package io.pairstream.operations.links;

import java.util.Map;

/**
 * What became of sending failed links again.
 *
 * @param sent links that were sent again, or would be
 * @param elsewhere links that were sent again before, or that came once more by themselves
 * @param unusable records in quarantine that are no link which could be fetched
 * @param reasons how many were sent, by the reason for which they had failed
 */
public record RetryReport(long sent, long elsewhere, long unusable, Map<String, Long> reasons) {}
