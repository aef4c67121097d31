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
    return said(receipt.getReceivedAt())
        .or(() -> said(receipt.getArrivedAt()))
        .or(() -> isOfEarlierVersion(receipt) ? said(receipt.getDecidedAt()) : Optional.empty());
  }

  /** Whether the receipt's decision time is the raw record's arrival time. */
  private static boolean isOfEarlierVersion(Receipt receipt) {
    return said(receipt.getArrivedAt()).isEmpty()
        && !receipt.getStanding().equals(PairStatus.WITHDRAWN.name());
  }

  /** When Kafka took the raw record; of a receipt of an earlier version, as far as it says. */
  public static Instant inKafka(Receipt receipt) {
    return said(receipt.getArrivedAt()).orElse(receipt.getDecidedAt());
  }

  /** When the pair was decided; empty where the receipt is of an earlier version. */
  public static Optional<Instant> decided(Receipt receipt) {
    return isOfEarlierVersion(receipt) ? Optional.empty() : said(receipt.getDecidedAt());
  }

  /** The time, if it is set; empty for the epoch. */
  public static Optional<Instant> said(Instant time) {
    return time.equals(Instant.EPOCH) ? Optional.empty() : Optional.of(time);
  }
}
