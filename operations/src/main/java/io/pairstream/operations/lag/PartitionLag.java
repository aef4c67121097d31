package io.pairstream.operations.lag;

import io.pairstream.operations.lag.HeadReader.HeadRecord;
import io.pairstream.operations.sentence.Sentence;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How far a group is on one partition, and what is to be thought of it.
 *
 * @param committed the offset that the group reads next; empty where it never committed
 * @param logStart first offset that the partition still holds
 * @param end offset behind the last record that can be read: the last stable offset
 * @param held offsets behind {@code end} that wait for a transaction's end, and for no group
 * @param hangingSeconds how long a transaction has been open that lasts longer than they usually do
 *     there; 0 where none does
 * @param lag records that wait; transaction markers between them count too, but where nothing else
 *     is there it is 0. Empty where the group never committed
 * @param bytes estimated size of what waits; empty where the brokers do not say how large the log
 *     is
 * @param seconds age of the first record that waits; 0 where none does, empty where it is not known
 * @param verdict what is to be thought of it
 * @param sentence the same for a person, on one line
 * @param since when it began to be so
 * @param arrivalPerSecond records that arrive in a second; empty until two samples are there
 * @param processingPerSecond records that the group reads in a second; likewise
 * @param catchUp when what waits is read
 * @param retentionSeconds time until the log may drop what the group has not read, if it reads
 *     nothing; empty where nothing waits, or the topic keeps its records
 * @param lost records that the log dropped before the group read them, at most
 * @param member the client id of who reads it now; empty for nobody, or where it is not known
 * @param head the first record that waits; empty where none does, or it was not looked at
 */
public record PartitionLag(
    String topic,
    int partition,
    OptionalLong committed,
    long logStart,
    long end,
    long held,
    double hangingSeconds,
    OptionalLong lag,
    OptionalLong bytes,
    OptionalDouble seconds,
    Verdict verdict,
    Sentence sentence,
    Instant since,
    OptionalDouble arrivalPerSecond,
    OptionalDouble processingPerSecond,
    CatchUp catchUp,
    OptionalDouble retentionSeconds,
    long lost,
    String member,
    Optional<HeadRecord> head)
    implements Lag {}
