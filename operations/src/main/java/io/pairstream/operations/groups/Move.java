package io.pairstream.operations.groups;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What becomes of a group's position on one partition.
 *
 * @param now what the group has committed; empty where it has not
 * @param then what is committed in its place; empty where its commit is taken away
 * @param logStart first offset that the partition still holds
 * @param end offset behind its last committed record
 * @param outOfReach the offset that was asked for, where the log does not hold it and the nearest
 *     one that it holds is taken
 * @param bytes about how many bytes lie between the two, by the partition's mean; empty where they
 *     could not be learnt
 * @param since when the first record in between was written; empty where there is none
 */
public record Move(
    TopicPartition partition,
    @JsonIgnore Optional<OffsetAndMetadata> now,
    @JsonIgnore Optional<OffsetAndMetadata> then,
    long logStart,
    long end,
    OptionalLong outOfReach,
    OptionalLong bytes,
    Optional<Instant> since) {

  /** The offset that the group would read next now; empty where it has committed none. */
  @JsonProperty
  public OptionalLong from() {
    return offset(now);
  }

  /** The offset that it reads next afterwards; empty where its commit is taken away. */
  @JsonProperty
  public OptionalLong to() {
    return offset(then);
  }

  private static OptionalLong offset(Optional<OffsetAndMetadata> committed) {
    return committed.map(place -> OptionalLong.of(place.offset())).orElseGet(OptionalLong::empty);
  }

  /** Whether anything changes. */
  public boolean changes() {
    return !from().equals(to());
  }

  /** Offsets that would be read once more; markers of transactions in between count too. */
  @JsonProperty
  public long again() {
    return now.isEmpty() || then.isEmpty()
        ? 0
        : Math.max(0, Math.min(now.get().offset(), end) - then.get().offset());
  }

  /** Offsets that would never be read; markers of transactions in between count too. */
  @JsonProperty
  public long skipped() {
    return now.isEmpty() || then.isEmpty()
        ? 0
        : Math.max(0, then.get().offset() - Math.max(now.get().offset(), logStart));
  }

  Move with(OptionalLong newBytes, Optional<Instant> newSince) {
    return new Move(partition, now, then, logStart, end, outOfReach, newBytes, newSince);
  }
}
