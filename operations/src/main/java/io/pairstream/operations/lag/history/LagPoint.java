package io.pairstream.operations.lag.history;

import io.pairstream.operations.lag.Verdict;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What was known of a group, or of one of its partitions, at a moment. Numbers other than {@code
 * lag} are rounded to a part in 500.
 *
 * @param at the moment, or the end of the minute that is summed up
 * @param lag records that waited; the most of the minute
 * @param bytes their estimated size; the most of the minute
 * @param seconds age of the oldest; the most of the minute
 * @param arrivalPerSecond records that arrived in a second
 * @param processingPerSecond records that were read in a second
 * @param verdict the worst of the minute
 */
public record LagPoint(
    Instant at,
    OptionalLong lag,
    OptionalLong bytes,
    OptionalDouble seconds,
    OptionalDouble arrivalPerSecond,
    OptionalDouble processingPerSecond,
    Verdict verdict) {}
