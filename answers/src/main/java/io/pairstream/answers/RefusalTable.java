package io.pairstream.answers;

import io.pairstream.cleaning.Measured;
import io.pairstream.schemas.Answer;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.RecordedLimit;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.schemas.Refusal;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.condition.AnswerLimits;
import io.pairstream.service.rejection.RefusedAnswers;
import io.pairstream.service.table.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tables that say which pairs are still to be refused for their answers, and which that were
 * refused fall under a takedown. Made of the answers, of the recipe's limits, and of what lies on
 * the topic of takedowns, in whatever order these come.
 */
final class RefusalTable {

  static final List<String> SCHEMA =
      List.of(
          // Of the recipe in force, the limits that reject; no row where it has none.
          "CREATE TABLE recipe (value BLOB NOT NULL)",
          "CREATE TABLE due (pair TEXT, card TEXT, PRIMARY KEY (pair, card)) WITHOUT ROWID",
          "CREATE TABLE refused (pair TEXT PRIMARY KEY, topic TEXT, partition INTEGER,"
              + " offset INTEGER) WITHOUT ROWID",
          // Takedowns that a refused pair would fall under.
          "CREATE TABLE refused_under (key TEXT, pair TEXT, PRIMARY KEY (key, pair)) WITHOUT ROWID",
          "CREATE INDEX refused_under_by_pair ON refused_under (pair)",
          "CREATE TABLE takedown (key TEXT PRIMARY KEY) WITHOUT ROWID");

  private static final String PLACE =
      "refused.topic = said.topic AND refused.partition = said.partition"
          + " AND refused.offset = said.offset";

  private static final String PUT =
      "INSERT OR IGNORE INTO due SELECT pair, card FROM said WHERE topic <> '' AND NOT EXISTS"
          + (" (SELECT 1 FROM refused WHERE refused.pair = said.pair AND " + PLACE + ") AND ");

  /** Pairs that are due, which lead by {@code CROSS}: there are few. Asked each second. */
  static final String DUE =
      "SELECT pair, topic, partition, offset, card, answer.value FROM due"
          + " CROSS JOIN said USING (pair, card) CROSS JOIN answer ON answer.id = said.answer"
          + " WHERE instr(?, ' ' || card || ' ') > 0 LIMIT ?";

  /**
   * Pairs that were refused, whose answers are kept, and that fall under a takedown by now. Takes
   * how many at most. Takedowns lead: they are fewer.
   */
  static final String TAKEN_DOWN =
      "SELECT DISTINCT refused.pair, refused.topic, refused.partition, refused.offset"
          + " FROM takedown CROSS JOIN refused_under USING (key) CROSS JOIN refused USING (pair)"
          + (" CROSS JOIN said ON said.pair = refused.pair AND " + PLACE + " LIMIT ?");

  private RefusalTable() {}

  /**
   * A pair that is to be refused.
   *
   * @param card name of that whose answer is outside
   * @param measured answer and limit
   */
  record Due(PairPlace place, String card, Measured measured) {}

  /** Takes the limits of a recipe, in place of those of an earlier one. */
  static void apply(RecordedRecipe recipe, Database table) {
    List<RecordedLimit> rejecting =
        recipe.getLimits().stream().filter(AnswerLimits::isRejecting).toList();
    if (rejecting.equals(limits(table))) {
      return;
    }
    table.update("DELETE FROM recipe");
    table.update("DELETE FROM due");
    if (rejecting.isEmpty()) {
      return;
    }
    RecordedRecipe kept = RecordedRecipe.newBuilder().setLimits(rejecting).build();
    byte[] value = AnswerFold.bytes(RecordedRecipe.getEncoder(), kept);
    table.update("INSERT INTO recipe VALUES (?)", (Object) value);
    RefusedAnswers limits = new RefusedAnswers(rejecting);
    List<byte[]> outside = new ArrayList<>();
    table.scan(
        "SELECT id, value FROM answer",
        row ->
            broken(AnswerFold.answer(row.getBytes(2)), limits).isEmpty()
                || outside.add(row.getBytes(1)));
    outside.forEach(answer -> table.update(PUT + "answer = ?", (Object) answer));
  }

  /** Judges what an answer that has changed says of all pairs. */
  static void judge(byte[] id, Answer answer, Database table) {
    RefusedAnswers limits = new RefusedAnswers(limits(table));
    if (!limits.isEmpty()) {
      table.update(
          "DELETE FROM due WHERE (pair, card) IN (SELECT pair, card FROM said WHERE answer = ?)",
          (Object) id);
      if (broken(answer, limits).isPresent()) {
        table.update(PUT + "answer = ?", (Object) id);
      }
    }
  }

  /** Judges what is said of a pair by now. */
  static void judge(String pair, String card, byte[] id, Database table) {
    RefusedAnswers limits = new RefusedAnswers(limits(table));
    if (!limits.isEmpty()) {
      remove(pair, card, table);
      if (AnswerFold.answer(table, id).flatMap(said -> broken(said, limits)).isPresent()) {
        table.update(PUT + "pair = ? AND card = ?", pair, card);
      }
    }
  }

  /** Forgets what was said of a pair. */
  static void remove(String pair, String card, Database table) {
    table.update("DELETE FROM due WHERE pair = ? AND card = ?", pair, card);
  }

  /** Notes a takedown; null lifts it. */
  static void apply(String key, Takedown takedown, Database table) {
    table.update(
        takedown == null
            ? "DELETE FROM takedown WHERE key = ?"
            : "INSERT OR IGNORE INTO takedown VALUES (?)",
        key);
  }

  /** Notes that a pair was refused; an earlier refusal of it counts no more. */
  static void applyRefusal(Takedown takedown, Database table) {
    Refusal refusal = takedown.getRefusal();
    String pair = takedown.getSubject();
    table.update(
        "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?)",
        pair,
        refusal.getPublished().getTopic(),
        refusal.getPublished().getPartition(),
        refusal.getPublished().getOffset());
    table.update("DELETE FROM refused_under WHERE pair = ?", pair);
    keys(takedown)
        .forEach(
            key -> table.update("INSERT OR IGNORE INTO refused_under VALUES (?, ?)", key, pair));
    table.update(
        "DELETE FROM due WHERE pair = ? AND EXISTS (SELECT 1 FROM said JOIN refused USING (pair)"
            + (" WHERE said.pair = due.pair AND said.card = due.card AND " + PLACE + ")"),
        pair);
  }

  private static List<String> keys(Takedown takedown) {
    RawPair sent = takedown.getRefusal().getSent();
    return sent == null
        ? List.of(
            TakedownKind.PAIR.key(takedown.getSubject()),
            TakedownKind.IMAGE.key(takedown.getImageDigest()))
        : TakedownKind.keysOf(takedown.getSubject(), takedown.getImageDigest(), sent.getMetadata());
  }

  /**
   * Pairs that are to be refused, some of them.
   *
   * @param cards names of those whose answers count, with a blank before and behind each
   * @param most how many at most
   */
  static List<Due> due(Database table, String cards, int most) {
    RefusedAnswers limits = new RefusedAnswers(limits(table));
    return table
        .query(
            DUE,
            row -> {
              PairPlace place = PairPlace.of(row);
              String card = row.getString(5);
              return broken(AnswerFold.answer(row.getBytes(6)), limits)
                  .map(measured -> new Due(place, card, measured));
            },
            cards,
            most)
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Measured> broken(Answer answer, RefusedAnswers limits) {
    return limits.refused(answer.getNumbers(), answer.getLabels());
  }

  /** The limits that reject; none where the recipe has none. */
  private static List<RecordedLimit> limits(Database table) {
    return table
        .first(
            "SELECT value FROM recipe",
            row -> AnswerFold.read(RecordedRecipe.getDecoder(), row.getBytes(1)).getLimits())
        .orElse(List.of());
  }
}
