package io.pairstream.operate.catalogue;

import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.service.table.Database;
import java.util.List;

/**
 * The tables by which pairs are found by what models say of them: a row for each answer, a number
 * or a text. The answer without a name says why a model gave none. Limits of the recipe stand
 * beside them.
 */
public final class AnswerIndex implements CatalogueFold {

  /** As SQL, numbers of the answer that is the first value, of whatever cards. */
  static final String NAMED = "name IN (SELECT id FROM answer_name WHERE name = ?)";

  private final String topic;
  private final String recipes;

  public AnswerIndex(PairTopics topics) {
    this.topic = topics.pairAnswers().name();
    this.recipes = topics.recipes().name();
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public List<String> schema() {
    return List.of(
        "CREATE TABLE answer_name (id INTEGER PRIMARY KEY, card TEXT, name TEXT,"
            + " UNIQUE (card, name))",
        "CREATE TABLE said (pair_id, name INTEGER, value, PRIMARY KEY (pair_id, name))"
            + " WITHOUT ROWID",
        "CREATE INDEX said_by_value ON said (name, value)",
        LimitedAnswer.TABLE);
  }

  @Override
  public void apply(String key, Object value, Place place, Database table) {
    if (place.topic().equals(topic)) {
      AnswerKey.parse(key).ifPresent(of -> put(of, (PairAnswer) value, table));
    } else if (place.topic().equals(recipes) && value instanceof RecordedRecipe recipe) {
      LimitedAnswer.put(recipe, table);
    }
  }

  private static void put(AnswerKey of, PairAnswer said, Database table) {
    table.update(
        "DELETE FROM said WHERE pair_id = ? AND name IN (SELECT id FROM answer_name WHERE card = ?)",
        HexBytes.of(of.pairId()),
        of.card());
    if (said == null) {
      return;
    }
    if (said.getStatus().equals("FAILED")) {
      put(of, "", said.getReason(), table);
    }
    said.getNumbers()
        .forEach(
            (name, number) -> {
              if (Double.isFinite(number)) {
                put(of, name, number, table);
              }
            });
    said.getLabels().forEach((name, label) -> put(of, name, label, table));
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
}
