package io.pairstream.operations.why;

import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Receipt;
import java.time.Instant;
import java.util.Optional;

/**
 * What became of one pair.
 *
 * @param id what was asked for: a pair id or coordinates
 * @param standing as in the receipt; {@link #WAITING} where there is none yet
 * @param receipt the pair's last receipt; empty while it waits
 * @param quarantined the entry in quarantine that belongs to the asked coordinates, or else to the
 *     receipt; empty where there is none
 * @param remedy what the producer can do about it; empty where there is nothing to do, or the
 *     reason is not one that this version knows
 * @param origin coordinates of the raw record that was asked for, or that decided
 */
public record PairAnswer(
    String id,
    String pairId,
    String standing,
    Optional<Receipt> receipt,
    Optional<QuarantineEntry> quarantined,
    Optional<String> remedy,
    Origin origin,
    Instant receivedAt) {

  /** The raw record is there; nothing was decided yet. */
  public static final String WAITING = "WAITING";

  /** Why the record that was asked for was turned away; empty where it was not. */
  public String reason() {
    return quarantined
        .map(entry -> entry.pair().getReason())
        .or(() -> receipt.map(Receipt::getReason))
        .orElse("");
  }

  /** The reason in a sentence; empty where there is none. */
  public String detail() {
    return quarantined
        .map(entry -> entry.pair().getDetail())
        .or(() -> receipt.map(Receipt::getDetail))
        .orElse("");
  }
}
