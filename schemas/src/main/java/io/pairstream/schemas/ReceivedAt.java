package io.pairstream.schemas;

import java.time.Instant;
import java.util.Optional;

/** When a pair was received: producers may leave that out, and it is then 1970 in their records. */
public final class ReceivedAt {

  private ReceivedAt() {}

  /**
   * As the producer said, or else the time that Kafka gave the raw record; empty where the receipt
   * has neither, because the pair was withdrawn later.
   */
  public static Optional<Instant> of(Receipt receipt) {
    return said(receipt.getReceivedAt()).or(() -> said(receipt.getArrivedAt()));
  }

  /** The time, if it is set; empty for the epoch. */
  public static Optional<Instant> said(Instant time) {
    return time.equals(Instant.EPOCH) ? Optional.empty() : Optional.of(time);
  }
}
