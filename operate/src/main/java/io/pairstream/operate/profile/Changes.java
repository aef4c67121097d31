package io.pairstream.operate.profile;

import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.operate.catalogue.HexBytes;
import io.pairstream.service.table.Database;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Changes that the records of one transaction make in the tables of {@link ProfileFold}. */
final class Changes {

  private static final String ADD_PAIRS =
      "INSERT INTO tally VALUES (?, ?, ?, ?, ?)"
          + " ON CONFLICT DO UPDATE SET pairs = pairs + excluded.pairs";
  private static final String NO_PAIRS =
      "DELETE FROM tally WHERE status = ? AND source_kind = ? AND dimension = ? AND value = ?"
          + " AND pairs = 0";
  private static final String ADD_RECORDS =
      "INSERT INTO producer VALUES (?, ?, ?, ?)"
          + " ON CONFLICT DO UPDATE SET records = records + excluded.records";
  private static final String NO_RECORDS =
      "DELETE FROM producer WHERE source_kind = ? AND contributor = ? AND outcome = ?"
          + " AND records = 0";

  private final Database table;
  private final Map<String, Judged> before = new HashMap<>();
  private final Map<String, Judged> now = new HashMap<>();
  private final Map<List<String>, Long> tally = new HashMap<>();
  private final Map<List<String>, Long> producers = new HashMap<>();
  private long since = Long.MAX_VALUE;

  /** Whether any pair is withdrawn; mostly none is, and no pair has to be looked up. */
  private boolean areWithdrawn;

  Changes(Database table) {
    this.table = table;
    this.areWithdrawn = table.number("SELECT 1 FROM judged WHERE is_withdrawn") > 0;
  }

  /** Withdraws a pair, or lets it in again. */
  void withdraw(String key, boolean isWithdrawn) {
    areWithdrawn |= isWithdrawn;
    if (areWithdrawn) {
      change(key, judged -> judged.withdraw(isWithdrawn));
    }
  }

  /** Changes what is known of a pair. */
  void change(String key, UnaryOperator<Judged> change) {
    Judged known = now.computeIfAbsent(key, this::read);
    before.putIfAbsent(key, known);
    Judged changed = change.apply(known);
    now.put(key, changed);
    if (!changed.counted().equals(known.counted())) {
      known.counted().ifPresent(facts -> count(facts, -1));
      changed.counted().ifPresent(facts -> count(facts, 1));
    }
  }

  private void count(Facts facts, long more) {
    String status = facts.status().name();
    tally.merge(List.of(status, facts.sourceKind(), "pairs", ""), more, Long::sum);
    for (Facts.Value each : facts.values()) {
      List<String> counted = List.of(status, facts.sourceKind(), each.dimension(), each.value());
      tally.merge(counted, more, Long::sum);
    }
    if (!facts.outcome().isEmpty()) {
      add(facts, facts.outcome(), more);
    }
  }

  /** Counts records of a contributor with an outcome. */
  void add(Facts facts, String outcome, long more) {
    producers.merge(List.of(facts.sourceKind(), facts.contributor(), outcome), more, Long::sum);
    if (more > 0 && facts.at() > 0) {
      since = Math.min(since, facts.at());
    }
  }

  /** Writes all of it. */
  void write() {
    now.forEach(
        (key, judged) -> {
          if (!judged.equals(before.get(key))) {
            write(HexBytes.of(key), judged);
          }
        });
    add(tally, ADD_PAIRS, NO_PAIRS);
    add(producers, ADD_RECORDS, NO_RECORDS);
    table.update("UPDATE since SET at = ?1 WHERE at > ?1", since);
  }

  private void add(Map<List<String>, Long> sums, String add, String removeZero) {
    sums.forEach(
        (row, more) -> {
          if (more != 0) {
            table.update(add, Stream.concat(row.stream(), Stream.of(more)).toArray());
          }
          if (more < 0) {
            table.update(removeZero, row.toArray());
          }
        });
  }

  private void write(Object key, Judged judged) {
    if (judged.equals(Judged.NOTHING)) {
      table.update("DELETE FROM judged WHERE key = ?", key);
    } else {
      table.update(
          "INSERT OR REPLACE INTO judged VALUES (?, ?, ?, ?, ?)",
          key,
          judged.accepted().map(Facts::bytes).orElse(null),
          judged.rejected().map(Facts::bytes).orElse(null),
          judged.isWithdrawn() ? 1 : null,
          judged.answers().equals(AnswerFacts.NONE) ? null : AnswerJson.text(judged.answers()));
    }
  }

  private Judged read(String key) {
    return table
        .first(
            "SELECT accepted, rejected, is_withdrawn, answers FROM judged WHERE key = ?",
            row ->
                new Judged(
                    Optional.ofNullable(row.getBytes(1)).map(Facts::read),
                    Optional.ofNullable(row.getBytes(2)).map(Facts::read),
                    row.getBoolean(3),
                    Optional.ofNullable(row.getString(4))
                        .map(answers -> AnswerJson.read(answers, AnswerFacts.class))
                        .orElse(AnswerFacts.NONE)),
            HexBytes.of(key))
        .orElse(Judged.NOTHING);
  }
}
