package io.pairstream.operations.takedown;

import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Takedown;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What a takedown found, and what became of it.
 *
 * @param published how many pairs were published of it, by split
 * @param removed how many of them are removed by now
 * @param earlier the takedown of the same subject that was in force already
 * @param unfinished what is waited for, in a sentence; empty where nothing is
 */
public record TakedownReport(
    Subject subject,
    SortedMap<PairStatus, Long> published,
    long removed,
    Optional<Takedown> earlier,
    Optional<String> unfinished) {

  /** How many pairs were published of it. */
  public long total() {
    return published.values().stream().mapToLong(Long::longValue).sum();
  }
}
