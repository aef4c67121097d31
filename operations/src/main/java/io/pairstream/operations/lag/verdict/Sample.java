package io.pairstream.operations.lag.verdict;

import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One look at a group's place on a partition.
 *
 * @param at when
 * @param committed the offset that the group reads next; empty where it never committed
 * @param finished how many offsets it has done with: {@code committed}, and those above it that it
 *     finished out of order
 * @param logStart first offset that the partition holds
 * @param end offset behind the last record that can be read
 * @param lag records that wait, 0 where only transaction markers are left; without meaning where
 *     the group never committed
 * @param alive whether somebody is there who could read the partition
 * @param waitsByDesign whether its records are left until their time has come, as links are that
 *     are to be tried again
 * @param seconds age of the first record that waits; empty where it is not known
 * @param retentionSeconds time until the log may drop that record; empty where it never does
 */
public record Sample(
    Instant at,
    OptionalLong committed,
    long finished,
    long logStart,
    long end,
    long lag,
    boolean alive,
    boolean waitsByDesign,
    OptionalDouble seconds,
    OptionalDouble retentionSeconds) {}
