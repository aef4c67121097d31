package io.pairstream.operate.catalogue;

import io.pairstream.operate.sentence.AnswerJson;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.util.List;
import java.util.Optional;

/**
 * A limit that the data set's recipe has for an answer, and how many published pairs are on which
 * side of it.
 *
 * @param name the answer's name
 * @param min smallest number that is wanted; null where there is none
 * @param max largest number that is wanted; null where there is none
 * @param whenOutside as in {@link RecordedLimit}: SHADOW, TAG or HOLD
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

  static final String TABLE =
      "CREATE TABLE answer_limit (name TEXT PRIMARY KEY, least REAL, most REAL, labels TEXT,"
          + " when_outside TEXT)";

  /** As SQL, whether an answer is outside of the limit of its name; NULL or 0 where it is not. */
  static final String IS_OUTSIDE =
      "CASE typeof(said.value)"
          + " WHEN 'real' THEN labels <> '[]' OR said.value < least OR said.value > most"
          + " WHEN 'text' THEN labels IS NOT NULL"
          + " AND said.value NOT IN (SELECT value FROM json_each(labels)) END";

  private static final String FAILED =
      "SELECT count(*) FROM said WHERE name IN (SELECT id FROM answer_name WHERE name = '' AND card"
          + " IN (SELECT card FROM answer_name WHERE name = answer_limit.name))";

  /** Takes the limits of a recipe, in place of those of an earlier one. */
  static void put(RecordedRecipe recipe, Database table) {
    table.update("DELETE FROM answer_limit");
    for (RecordedLimit limit : recipe.getLimits()) {
      table.update(
          "INSERT OR REPLACE INTO answer_limit VALUES (?, ?, ?, ?, ?)",
          limit.getAnswer(),
          limit.getMin(),
          limit.getMax(),
          AnswerJson.text(limit.getLabels()),
          limit.getWhenOutside());
    }
  }

  /** All limits, by the answers' names; reads every answer that has one. */
  public static List<LimitedAnswer> all(TopicTable catalogue) {
    return read(catalogue, "1");
  }

  /** The limit of an answer; empty where the recipe has none. */
  public static Optional<LimitedAnswer> of(String name, TopicTable catalogue) {
    return read(catalogue, "answer_limit.name = ?", name).stream().findFirst();
  }

  private static List<LimitedAnswer> read(
      TopicTable catalogue, String where, Object... parameters) {
    return catalogue.read(
        table ->
            table.query(
                "SELECT answer_limit.name, least, most, when_outside, count(said.pair_id) AS given,"
                    + (" count(CASE WHEN " + IS_OUTSIDE + " THEN 1 END) AS outside, (")
                    + FAILED
                    + ") AS failed FROM answer_limit"
                    + " LEFT JOIN answer_name ON answer_name.name = answer_limit.name"
                    + " LEFT JOIN said ON said.name = answer_name.id WHERE "
                    + where
                    + " GROUP BY answer_limit.name ORDER BY 1",
                row ->
                    new LimitedAnswer(
                        row.getString("name"),
                        (Double) row.getObject("least"),
                        (Double) row.getObject("most"),
                        row.getString("when_outside"),
                        row.getLong("given") - row.getLong("outside"),
                        row.getLong("outside"),
                        row.getLong("failed")),
                parameters));
  }
}
