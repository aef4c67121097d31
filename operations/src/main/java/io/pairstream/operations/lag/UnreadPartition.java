package io.pairstream.operations.lag;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What waits for a group on one partition.
 *
 * @param committed the offset that the group reads next; empty where it never committed
 * @param logStart first offset that the partition still holds
 * @param end offset behind the last committed record
 * @param waiting records between the two, at most: transaction markers in between count too, but
 *     where nothing else is there it is 0
 * @param oldestWaiting age of the first waiting record; empty where none waits
 * @param lost offsets that the log dropped before the group read them
 */
public record UnreadPartition(
    String group,
    String topic,
    int partition,
    OptionalLong committed,
    long logStart,
    long end,
    long waiting,
    Optional<Duration> oldestWaiting,
    long lost) {}
