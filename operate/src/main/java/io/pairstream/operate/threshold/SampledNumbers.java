package io.pairstream.operate.threshold;

import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.operate.catalogue.HexBytes;
import io.pairstream.operate.profile.Histogram;
import io.pairstream.operate.threshold.Threshold.Valued;
import io.pairstream.service.table.Database;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The numbers of a measure in {@link MeasureSample}. */
final class SampledNumbers implements Numbers {

  private final List<Valued> rising;

  SampledNumbers(Database table, String measure) {
    this.rising =
        table.query(
            "SELECT * FROM (SELECT pair_id, json_extract(measures, ?) AS value FROM sampled)"
                + " WHERE value IS NOT NULL ORDER BY value, pair_id",
            row -> new Valued(HexBytes.text(row, "pair_id"), row.getDouble("value")),
            "$.\"" + measure + '"');
  }

  @Override
  public Optional<Histogram> histogram() {
    return rising.isEmpty()
        ? Optional.empty()
        : Optional.of(Histogram.of(rising.stream().mapToDouble(Valued::value).toArray()));
  }

  @Override
  public long count() {
    return rising.size();
  }

  @Override
  public long failed() {
    return 0;
  }

  @Override
  public long count(Bound bound, double limit) {
    return rising.stream().filter(one -> keeps(one, bound, limit)).count();
  }

  @Override
  public double ranked(long rank) {
    return rising.get((int) rank).value();
  }

  @Override
  public List<Valued> keeping(Bound bound, double limit, int most) {
    return inOrder(bound == Bound.AT_LEAST).stream()
        .filter(one -> keeps(one, bound, limit))
        .limit(most)
        .toList();
  }

  @Override
  public List<Valued> breaking(Bound bound, double limit, int most) {
    return inOrder(bound == Bound.AT_MOST).stream()
        .filter(one -> !keeps(one, bound, limit))
        .limit(most)
        .toList();
  }

  private List<Valued> inOrder(boolean isRising) {
    if (isRising) {
      return rising;
    }
    return rising.stream()
        .sorted(Collections.reverseOrder(Comparator.comparingDouble(Valued::value)))
        .toList();
  }

  private static boolean keeps(Valued one, Bound bound, double limit) {
    return bound == Bound.AT_MOST ? one.value() <= limit : one.value() >= limit;
  }
}
