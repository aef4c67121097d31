package io.pairstream.operations.groups;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * What becomes of a group's position on one partition.
 *
 * @param from the offset that the group would read next now; empty where it has committed none
 * @param metadata what was committed beside that offset, which some groups need
 * @param to the offset that it reads next afterwards; empty where its commit is taken away
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
    OptionalLong from,
    String metadata,
    OptionalLong to,
    long logStart,
    long end,
    OptionalLong outOfReach,
    OptionalLong bytes,
    Optional<Instant> since) {

  /** Whether anything changes. */
  public boolean changes() {
    return !from.equals(to);
  }

  /** Offsets that would be read once more; markers of transactions in between count too. */
  @JsonProperty
  public long again() {
    return from.isEmpty() || to.isEmpty()
        ? 0
        : Math.max(0, Math.min(from.getAsLong(), end) - to.getAsLong());
  }

  /** Offsets that would never be read; markers of transactions in between count too. */
  @JsonProperty
  public long skipped() {
    return from.isEmpty() || to.isEmpty()
        ? 0
        : Math.max(0, to.getAsLong() - Math.max(from.getAsLong(), logStart));
  }

  Move with(OptionalLong newBytes) {
    return new Move(partition, from, metadata, to, logStart, end, outOfReach, newBytes, since);
  }

  Move with(Optional<Instant> newSince) {
    return new Move(partition, from, metadata, to, logStart, end, outOfReach, bytes, newSince);
  }
}
