package io.pairstream.operate.threshold;

import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.operate.catalogue.HexBytes;
import io.pairstream.operate.profile.Histogram;
import io.pairstream.operate.profile.ProfileReport;
import io.pairstream.operate.profile.ProfileReport.Count;
import io.pairstream.operate.threshold.Threshold.Valued;
import io.pairstream.service.table.Database;
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
    String sign = bound == Bound.AT_MOST ? "<=" : "<";
    long inBin =
        table.number(
            "SELECT count(*)" + ALL + " AND value >= ? AND value " + sign + " ?",
            name,
            edge(at.getKey()),
            limit);
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
    return table
        .first(
            "SELECT value" + ALL + " AND value >= ? ORDER BY value LIMIT 1 OFFSET ?",
            row -> row.getDouble(1),
            name,
            edge(edge),
            rank - before)
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
  public List<Valued> nearest(Bound bound, double limit, boolean keeping, int most) {
    boolean areBelow = keeping == (bound == Bound.AT_MOST);
    String sign = (areBelow ? "<" : ">") + (keeping ? "=" : "");
    String order = areBelow ? " DESC" : "";
    return table.query(
        "SELECT pair_id, value%s AND value %s ? ORDER BY value%s LIMIT ?"
            .formatted(ALL, sign, order),
        row -> new Valued(HexBytes.text(row, "pair_id"), row.getDouble("value")),
        name,
        limit,
        most);
  }
}
