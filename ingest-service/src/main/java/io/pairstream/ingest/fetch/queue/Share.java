package io.pairstream.ingest.fetch.queue;

import io.pairstream.schemas.wire.FinishedOffsets;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.common.TopicPartition;

/**
 * One partition while it is ours, from one rebalance to the next. What was begun for a share that
 * is no longer ours is not finished for it. Not thread-safe, but for {@link #isOurs}.
 */
final class Share {

  private final TopicPartition partition;
  private final OffsetWindow window;
  private final DueLinks due = new DueLinks();
  private volatile boolean ours = true;
  private boolean changed;
  private Instant restsUntil = Instant.EPOCH;
  private Duration rest = Duration.ZERO;
  private Instant carriedAt = Instant.EPOCH;
  private int toCarry;

  Share(TopicPartition partition, FinishedOffsets committed) {
    this.partition = partition;
    this.window = new OffsetWindow(committed);
  }

  TopicPartition partition() {
    return partition;
  }

  OffsetWindow window() {
    return window;
  }

  /** Records of this partition that are not due yet. */
  DueLinks due() {
    return due;
  }

  boolean isOurs() {
    return ours;
  }

  void giveUp() {
    ours = false;
  }

  /** Notes that a record is finished with the transaction that is open. */
  void finish(long offset) {
    window.finish(offset);
    changed = true;
  }

  /** Whether there is something to commit. */
  boolean isChanged() {
    return changed;
  }

  void committed() {
    changed = false;
  }

  /** Leaves the partition alone for a moment; each further time in a row for twice as long. */
  void rest(Instant now, Duration shortest, Duration longest) {
    Duration doubled = rest.multipliedBy(2);
    rest = doubled.compareTo(shortest) < 0 ? shortest : doubled;
    rest = rest.compareTo(longest) > 0 ? longest : rest;
    restsUntil = now.plus(rest);
  }

  /** Reading went on, if only by one record. */
  void rested() {
    rest = Duration.ZERO;
  }

  boolean isResting(Instant now) {
    return now.isBefore(restsUntil);
  }

  /** When it was last decided to carry records on to make room. */
  Instant carriedAt() {
    return carriedAt;
  }

  /** Records that are still to be carried on. */
  int toCarry() {
    return toCarry;
  }

  /** Decides to carry so many on, a part at a time. */
  void carry(int records, Instant now) {
    toCarry = records;
    carriedAt = now;
  }

  /** Notes how many of them are left. */
  void stillToCarry(int records) {
    toCarry = records;
  }
}
