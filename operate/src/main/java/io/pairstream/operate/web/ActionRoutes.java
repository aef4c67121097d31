package io.pairstream.operate.web;

import io.pairstream.curation.actions.CountedEvents;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.catalogue.CatalogueFold;
import io.pairstream.schemas.Action;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Route;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** The audit trail, newest first, from the catalogue. */
record ActionRoutes(TopicTable catalogue) {

  private static final int USUAL = 100;
  private static final int MOST = 1000;

  List<Route> routes() {
    return List.of(AnswerJson.route("/v1/actions", this::trail).taking("limit"));
  }

  /**
   * @param ready whether the topics were read to their ends
   */
  private record Trail(List<RecordedAction> actions, boolean ready) {}

  private record RecordedAction(
      String actionId,
      String name,
      String subject,
      String actor,
      Sentence detail,
      String outcome,
      Instant doneAt) {}

  private Trail trail(Incoming request) {
    int limit = request.whole("limit", USUAL, 1, MOST);
    boolean ready = catalogue.isCaughtUp();
    List<RecordedAction> actions =
        catalogue.query(
            "SELECT id, name, subject, actor, detail, outcome, done_at, template, arguments,"
                + " times FROM action"
                + " ORDER BY done_at DESC, rowid DESC LIMIT ?",
            row ->
                new RecordedAction(
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    detail(row),
                    row.getString(6),
                    Instant.ofEpochMilli(row.getLong(7))),
            limit);
    return new Trail(actions, ready);
  }

  private static Sentence detail(ResultSet row) throws SQLException {
    List<String> arguments = List.of(AnswerJson.read(row.getString(9), String[].class));
    Sentence detail = Sentence.of(row.getString(8), arguments, row.getString(5));
    String times = row.getString(10);
    return times.isEmpty() ? detail : Template.TIMES.with(detail, times);
  }

  /**
   * Actions as the catalogue keeps them. A long one has two records, of which the newer says how it
   * ended.
   *
   * @param topic name of the topic of actions
   */
  record Fold(String topic) implements CatalogueFold {

    @Override
    public Tables tables() {
      return Tables.of(
          2,
          "CREATE TABLE action (id TEXT PRIMARY KEY, name TEXT, subject TEXT, actor TEXT,"
              + " detail TEXT, template TEXT, arguments TEXT, times TEXT, outcome TEXT,"
              + " done_at INTEGER, partition INTEGER, offset INTEGER)",
          "CREATE INDEX action_done_at ON action (done_at)");
    }

    @Override
    public void applyAll(List<Event> events, Database table) {
      for (Event event : events) {
        if (event.value() instanceof Action action) {
          table.update(
              "INSERT OR REPLACE INTO action VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
              event.key(),
              action.getName(),
              action.getSubject(),
              action.getActor(),
              action.getDetail(),
              action.getTemplate(),
              AnswerJson.text(action.getArguments()),
              action.getFacts().getOrDefault(CountedEvents.TIMES, ""),
              action.getOutcome(),
              action.getDoneAt().toEpochMilli(),
              event.place().partition(),
              event.place().offset());
        }
      }
    }

    @Override
    public void forget(String forgotten, int partition, long from, Database table) {
      if (forgotten.equals(topic)) {
        table.update("DELETE FROM action WHERE partition = ? AND offset < ?", partition, from);
      }
    }
  }
}
