package io.pairstream.demo;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Committed records in each output, at one moment.
 *
 * @param quarantine turned away, by reason
 * @param firstOutputAt when the first of all was appended
 * @param lastOutputAt when the last of all was appended
 * @param example one that was turned away
 */
public record OutputCounts(
    long training,
    long validation,
    long test,
    Map<String, Long> quarantine,
    Optional<Instant> firstOutputAt,
    Optional<Instant> lastOutputAt,
    Optional<Rejected> example) {

  /**
   * A pair that was turned away.
   *
   * @param id pair id, or the coordinates where it has none
   */
  public record Rejected(String id, String reason, String detail) {}

  public OutputCounts {
    quarantine = Map.copyOf(quarantine);
  }

  public long quarantined() {
    return quarantine.values().stream().mapToLong(count -> count).sum();
  }

  /** All of them: what came out. */
  public long total() {
    return training + validation + test + quarantined();
  }
}
