package io.pairstream.operate.threshold;

import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.operate.catalogue.HexBytes;
import io.pairstream.operate.profile.Histogram;
import io.pairstream.operate.threshold.Threshold.Valued;
import io.pairstream.service.table.Database;
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
  public List<Valued> nearest(Bound bound, double limit, boolean keeping, int most) {
    boolean areBelow = keeping == (bound == Bound.AT_MOST);
    Comparator<Valued> byValue = Comparator.comparingDouble(Valued::value);
    return rising.stream()
        .filter(one -> keeps(one, bound, limit) == keeping)
        .sorted(areBelow ? byValue.reversed() : byValue)
        .limit(most)
        .toList();
  }

  private static boolean keeps(Valued one, Bound bound, double limit) {
    return bound == Bound.AT_MOST ? one.value() <= limit : one.value() >= limit;
  }
}
