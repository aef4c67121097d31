package io.pairstream.demo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the topology has decided by some moment.
 *
 * @param quarantine rejected, by reason
 * @param example one that was rejected, and is no copy
 */
public record OutputCounts(
    long training,
    long validation,
    long test,
    SortedMap<String, Long> quarantine,
    @JsonIgnore Optional<Rejected> example) {

  /**
   * A pair that was rejected.
   *
   * @param id pair id, or the coordinates where it has none
   */
  public record Rejected(String id, String reason, String detail) {}

  public OutputCounts {
    quarantine = Collections.unmodifiableSortedMap(new TreeMap<>(quarantine));
  }

  public long quarantined() {
    return quarantine.values().stream().mapToLong(count -> count).sum();
  }

  /** All of them: what came out. */
  public long total() {
    return training + validation + test + quarantined();
  }

  /** The reason for which most were rejected; empty where none was. */
  public Optional<String> mostFrequentReason() {
    return quarantine.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
  }
}
