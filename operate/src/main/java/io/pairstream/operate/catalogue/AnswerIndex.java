package io.pairstream.operate.catalogue;

import io.pairstream.curation.history.AnswerNote;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.schemas.condition.AnswerLimits;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.table.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * The tables by which pairs are found by what models say of them: a row for each answer, a number
 * or a text. The answer without a name says why a model gave none. Limits of the recipe stand
 * beside them.
 */
public record AnswerIndex(PairTopics topics) implements CatalogueFold {

  /** As SQL, numbers of the answer that is the first value, of whatever cards. */
  static final String NAMED = "name IN (SELECT id FROM answer_name WHERE name = ?)";

  private static final String LIMITS =
      "CREATE TABLE answer_limit (name TEXT PRIMARY KEY, least REAL, most REAL, labels TEXT,"
          + " when_outside TEXT)";

  @Override
  public Tables tables() {
    return Tables.of(
        2,
        "CREATE TABLE answer_name (id INTEGER PRIMARY KEY, card TEXT, name TEXT,"
            + " UNIQUE (card, name))",
        "CREATE TABLE said (pair_id, name INTEGER, value, PRIMARY KEY (pair_id, name))"
            + " WITHOUT ROWID",
        "CREATE INDEX said_by_value ON said (name, value)",
        LIMITS);
  }

  @Override
  public void applyAll(List<Event> events, Database table) {
    for (Event event : events) {
      if (event.place().topic().equals(topics.pairAnswers().name())) {
        AnswerKey.parse(event.key()).ifPresent(of -> put(of, (PairAnswer) event.value(), table));
      } else if (event.value() instanceof RecordedRecipe recipe) {
        putLimits(recipe, table);
      }
    }
  }

  private static void put(AnswerKey of, PairAnswer said, Database table) {
    table.update(
        "DELETE FROM said WHERE pair_id = ? AND name IN (SELECT id FROM answer_name WHERE card ="
            + " ?)",
        HexBytes.of(of.pairId()),
        of.card());
    if (said != null) {
      AnswerNote.values(said).forEach((name, value) -> put(of, name, value, table));
    }
  }

  private static void put(AnswerKey of, String name, Object value, Database table) {
    table.update("INSERT OR IGNORE INTO answer_name (card, name) VALUES (?, ?)", of.card(), name);
    table.update(
        "INSERT OR REPLACE INTO said SELECT ?, id, ? FROM answer_name WHERE card = ? AND name = ?",
        HexBytes.of(of.pairId()),
        value,
        of.card(),
        name);
  }

  /** The limits of the recipe in force. */
  static AnswerLimits limits(Database table) {
    return new AnswerLimits(table.query("SELECT * FROM answer_limit", AnswerIndex::limit));
  }

  /** The limit in a row of {@code answer_limit}. */
  public static RecordedLimit limit(ResultSet row) throws SQLException {
    return new RecordedLimit(
        row.getString("name"),
        (Double) row.getObject("least"),
        (Double) row.getObject("most"),
        List.of(AnswerJson.read(row.getString("labels"), String[].class)),
        row.getString("when_outside"));
  }

  /** Takes the limits of a recipe, in place of those of an earlier one. */
  private static void putLimits(RecordedRecipe recipe, Database table) {
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
}
