package io.pairstream.operate.threshold;

import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.operate.catalogue.HexBytes;
import io.pairstream.operate.profile.Histogram;
import io.pairstream.operate.profile.ProfileReport;
import io.pairstream.operate.profile.ProfileReport.Count;
import io.pairstream.operate.threshold.Threshold.Valued;
import io.pairstream.service.table.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The numbers of an answer, of whatever cards. The profile has how many published pairs have which
 * first two digits; an index of the catalogue has the numbers in order, of which those with the
 * digits of a limit are counted.
 */
public final class AnswerNumbers implements Numbers {

  private static final String ALL =
      " FROM said WHERE name IN (SELECT id FROM answer_name WHERE name = ?)"
          + " AND typeof(value) = 'real'";

  private final Database table;
  private final String name;
  private final List<Count> bins;

  /** Lower edges with how many numbers each bin holds. */
  private final NavigableMap<Double, Long> counts = new TreeMap<>();

  /**
   * @param table with an {@link io.pairstream.operate.catalogue.AnswerIndex} and a {@link
   *     io.pairstream.operate.profile.ProfileFold}
   */
  public AnswerNumbers(Database table, String name) {
    this.table = table;
    this.name = name;
    this.bins = ProfileReport.numbers(table, name);
    bins.forEach(bin -> counts.put(Double.valueOf(bin.value()), bin.count()));
  }

  @Override
  public Optional<Histogram> histogram() {
    return bins.isEmpty() ? Optional.empty() : Optional.of(Histogram.of(bins));
  }

  @Override
  public long count() {
    return sum(counts);
  }

  @Override
  public long failed() {
    Set<String> cards =
        Set.copyOf(
            table.query(
                "SELECT card FROM answer_name WHERE name = ?", row -> row.getString(1), name));
    return ProfileReport.failed(table).stream()
        .filter(card -> cards.contains(card.value()))
        .mapToLong(Count::count)
        .sum();
  }

  @Override
  public long count(Bound bound, double limit) {
    Map.Entry<Double, Long> at = counts.floorEntry(limit);
    if (at == null) {
      return bound == Bound.AT_MOST ? 0 : count();
    }
    long below = sum(counts.headMap(at.getKey()));
    long inBin =
        number(
                "SELECT count(*)"
                    + ALL
                    + " AND value >= ? AND value "
                    + (bound == Bound.AT_MOST ? "<=" : "<")
                    + " ?",
                edge(at.getKey()),
                limit)
            .orElseThrow()
            .longValue();
    // Answers of pairs that are not published are in the index alone.
    below += Math.min(inBin, at.getValue());
    return bound == Bound.AT_MOST ? below : count() - below;
  }

  @Override
  public double ranked(long rank) {
    long before = 0;
    double edge = counts.firstKey();
    for (Map.Entry<Double, Long> bin : counts.entrySet()) {
      edge = bin.getKey();
      if (before + bin.getValue() > rank) {
        break;
      }
      before += bin.getValue();
    }
    return number(
            "SELECT value" + ALL + " AND value >= ? ORDER BY value LIMIT 1 OFFSET ?",
            edge(edge),
            rank - before)
        .map(Number::doubleValue)
        .orElse(edge);
  }

  /** The least number of a bin: what is next to 0 counts as 0. */
  private static double edge(double bin) {
    return bin == 0 ? -ProfileReport.NEXT_TO_ZERO : bin;
  }

  private static long sum(Map<Double, Long> bins) {
    return bins.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public List<Valued> keeping(Bound bound, double limit, int most) {
    return near(sign(bound), bound == Bound.AT_MOST ? " DESC" : "", limit, most);
  }

  @Override
  public List<Valued> breaking(Bound bound, double limit, int most) {
    return near(
        bound == Bound.AT_MOST ? ">" : "<", bound == Bound.AT_MOST ? "" : " DESC", limit, most);
  }

  private List<Valued> near(String sign, String order, double limit, int most) {
    return table.query(
        "SELECT pair_id, value"
            + ALL
            + " AND value "
            + sign
            + " ? ORDER BY value"
            + order
            + " LIMIT ?",
        row -> new Valued(HexBytes.text(row, "pair_id"), row.getDouble("value")),
        name,
        limit,
        most);
  }

  private static String sign(Bound bound) {
    return bound == Bound.AT_MOST ? "<=" : ">=";
  }

  private Optional<Number> number(String sql, Object... values) {
    List<Object> all = new ArrayList<>(List.of(name));
    all.addAll(List.of(values));
    return table.first(sql, row -> (Number) row.getObject(1), all.toArray());
  }
}
