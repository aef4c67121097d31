package io.pairstream.operate.lag;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a group is on one partition, and what is to be thought of it.
 *
 * @param committed the offset that the group reads next; empty where it never committed
 * @param logStart first offset that the partition still holds
 * @param end offset behind the last record that can be read: the last stable offset
 * @param held offsets behind {@code end} that wait for a transaction's end, and for no group
 * @param hangingSeconds how long a transaction has been open that lasts longer than they usually do
 *     there; 0 where none does
 * @param now how far it is
 * @param member the client id of who reads it now; empty without a member, or where it is not known
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
    @JsonUnwrapped Lag now,
    String member,
    Optional<HeadRecord> head) {

  /** Topic and number together. */
  public TopicPartition topicPartition() {
    return new TopicPartition(topic, partition);
  }

  /** This partition with another lag. */
  public PartitionLag with(Lag lag) {
    return new PartitionLag(
        topic, partition, committed, logStart, end, held, hangingSeconds, lag, member, head);
  }
}
