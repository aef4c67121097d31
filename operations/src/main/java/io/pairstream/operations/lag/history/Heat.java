package io.pairstream.operations.lag.history;

import io.pairstream.operations.lag.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The lag of a group's partitions over time.
 *
 * @param times the columns, in order
 * @param rows a row for each partition
 */
public record Heat(List<Instant> times, List<Row> rows) {

  public Heat {
    times = List.copyOf(times);
    rows = List.copyOf(rows);
  }

  /**
   * A partition's row.
   *
   * @param lag one for each time; empty where it is not known
   * @param verdict one for each time; empty where nobody looked
   */
  public record Row(
      String topic, int partition, List<OptionalLong> lag, List<Optional<Verdict>> verdict) {

    public Row {
      lag = List.copyOf(lag);
      verdict = List.copyOf(verdict);
    }
  }
}
