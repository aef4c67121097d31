package io.pairstream.operations.catalogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How much lies in quarantine, and why.
 *
 * @param total records in quarantine
 * @param cells each reason with each source that has any
 */
public record QuarantineBoard(long total, List<Cell> cells) {

  public QuarantineBoard {
    cells = List.copyOf(cells);
  }

  /** Pairs in quarantine, by reason. */
  public Map<String, Long> byReason() {
    return cells.stream()
        .collect(Collectors.groupingBy(Cell::reason, Collectors.summingLong(Cell::count)));
  }

  /**
   * One reason and one source.
   *
   * @param source source kind; empty where the record could not be read
   * @param lastDay records of the last 24 hours, counted in stretches of 10 minutes
   * @param newestAt when the newest came
   */
  public record Cell(
      String reason,
      String source,
      long count,
      @JsonProperty("last_24h") long lastDay,
      Instant newestAt) {}
}
