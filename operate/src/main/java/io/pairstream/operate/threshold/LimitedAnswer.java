package io.pairstream.operate.threshold;

import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.operate.catalogue.AnswerIndex;
import io.pairstream.operate.profile.ProfileReport;
import io.pairstream.operate.profile.ProfileReport.Count;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.condition.AnswerLimits;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * A limit that the data set's recipe has for an answer, and how many published pairs are on which
 * side of it.
 *
 * @param name the answer's name
 * @param min smallest number that is wanted; null where there is none
 * @param max largest number that is wanted; null where there is none
 * @param whenOutside as in {@link RecordedLimit}: SHADOW, TAG, HOLD or REJECT
 * @param within pairs with a wanted answer
 * @param outside pairs with another one
 * @param failed pairs of which the model gave none
 */
public record LimitedAnswer(
    String name,
    Double min,
    Double max,
    String whenOutside,
    long within,
    long outside,
    long failed) {

  /** All limits, by the answers' names. */
  public static List<LimitedAnswer> all(TopicTable catalogue) {
    return catalogue.read(
        table ->
            table.query("SELECT * FROM answer_limit ORDER BY name", row -> counted(row, table)));
  }

  /** The limit of an answer; empty where the recipe has none. */
  public static Optional<LimitedAnswer> of(String name, TopicTable catalogue) {
    return catalogue.read(
        table ->
            table.first(
                "SELECT * FROM answer_limit WHERE name = ?", row -> counted(row, table), name));
  }

  private static LimitedAnswer counted(ResultSet row, Database table) throws SQLException {
    RecordedLimit limit = AnswerIndex.limit(row);
    String name = limit.getAnswer();
    AnswerLimits judge = new AnswerLimits(List.of(limit));
    AnswerNumbers numbers = new AnswerNumbers(table, name);
    long outside =
        limit.getLabels().isEmpty()
            ? (limit.getMin() == null
                    ? 0
                    : numbers.count() - numbers.count(Bound.AT_LEAST, limit.getMin()))
                + (limit.getMax() == null
                    ? 0
                    : numbers.count() - numbers.count(Bound.AT_MOST, limit.getMax()))
            : numbers.count();
    long within = numbers.count() - outside;
    for (Count label : ProfileReport.labels(table, name)) {
      if (judge.broken(name, label.value()).isEmpty()) {
        within += label.count();
      } else {
        outside += label.count();
      }
    }
    return new LimitedAnswer(
        name,
        limit.getMin(),
        limit.getMax(),
        limit.getWhenOutside(),
        within,
        outside,
        numbers.failed());
  }
}
