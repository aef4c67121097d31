package io.pairstream.operate.threshold;

import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.operate.catalogue.HexBytes;
import io.pairstream.operate.profile.ProfileReport;
import io.pairstream.operate.profile.ProfileReport.Histogram;
import io.pairstream.operate.threshold.Threshold.Valued;
import io.pairstream.service.table.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The numbers of an answer, of whatever cards. An index of the catalogue has them in order. */
final class AnswerNumbers implements Numbers {

  private static final String ALL =
      " FROM said WHERE name IN (SELECT id FROM answer_name WHERE name = ?)"
          + " AND typeof(value) = 'real'";

  private final Database table;
  private final String name;

  AnswerNumbers(Database table, String name) {
    this.table = table;
    this.name = name;
  }

  @Override
  public Optional<Histogram> histogram() {
    return ProfileReport.answered(table, name);
  }

  @Override
  public long count() {
    return number("SELECT count(*)" + ALL).longValue();
  }

  @Override
  public long failed() {
    return number(
            "SELECT count(*) FROM said WHERE name IN (SELECT id FROM answer_name WHERE name = ''"
                + " AND card IN (SELECT card FROM answer_name WHERE name = ?))")
        .longValue();
  }

  @Override
  public long count(Bound bound, double limit) {
    return number("SELECT count(*)" + ALL + " AND value " + sign(bound) + " ?", limit).longValue();
  }

  @Override
  public double ranked(long rank) {
    return number("SELECT value" + ALL + " ORDER BY value LIMIT 1 OFFSET ?", rank).doubleValue();
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

  private Number number(String sql, Object... values) {
    List<Object> all = new ArrayList<>(List.of(name));
    all.addAll(List.of(values));
    return table.first(sql, row -> (Number) row.getObject(1), all.toArray()).orElseThrow();
  }
}
