package io.pairstream.operate.catalogue;

import io.pairstream.schemas.Canaries;
import io.pairstream.service.table.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Sums of rows by status, reason, source and, of quarantine, the hour in which they came. Rows that
 * come are counted together, once a transaction; a trigger counts those that go. Not thread-safe.
 */
final class RecordCounts {

  static final String TABLE =
      "CREATE TABLE record_count (status TEXT, reason TEXT, source_kind TEXT, is_canary INTEGER,"
          + " hour INTEGER, records INTEGER, newest INTEGER,"
          + " PRIMARY KEY (status, reason, source_kind, is_canary, hour)) WITHOUT ROWID";

  private static final long HOUR = Duration.ofHours(1).toMillis();

  /** As SQL, the sum that a row counts in. */
  private static final String OF_OLD =
      "old.status, old.reason, old.source_kind,"
          + (" old.contributor = '" + Canaries.CONTRIBUTOR + "' AND old.producer = '',")
          + (" CASE old.status WHEN 'QUARANTINED' THEN (old.id >> " + PairIndex.ID_BITS)
          + (") / " + HOUR + " ELSE 0 END");

  /** The row may have come in the same transaction, and be counted at its end. */
  static final String TRIGGER =
      "CREATE TRIGGER record_goes AFTER DELETE ON pair BEGIN"
          + (" INSERT INTO record_count VALUES (" + OF_OLD + ", -1, 0)")
          + " ON CONFLICT DO UPDATE SET records = records - 1;"
          + " DELETE FROM record_count WHERE records = 0 AND"
          + (" (status, reason, source_kind, is_canary, hour) = (" + OF_OLD + "); END");

  private static final String ADD =
      "INSERT INTO record_count VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
          + " SET records = records + excluded.records, newest = max(newest, excluded.newest)";

  /** How many rows came, and the first id of the time at which the newest did. */
  private record Came(long records, long newest) {

    Came and(Came more) {
      return new Came(records + more.records, Math.max(newest, more.newest));
    }
  }

  private final Map<List<Object>, Came> came = new HashMap<>();

  /** The hour that a row of quarantine of that time is counted in. */
  static long hour(Instant at) {
    return (PairIndex.first(at) >> PairIndex.ID_BITS) / HOUR;
  }

  /** Counts a row that comes. */
  void add(PairRow row) {
    Instant at = row.place().at();
    List<Object> sum =
        List.of(
            row.status(),
            row.reason(),
            row.sourceKind(),
            Canaries.is(row.contributor(), row.producer()),
            row.isQuarantined() ? hour(at) : 0L);
    came.merge(sum, new Came(1, PairIndex.first(at)), Came::and);
  }

  /** Writes what came. */
  void write(Database table) {
    came.forEach(
        (sum, added) ->
            table.update(
                ADD,
                Stream.concat(sum.stream(), Stream.of(added.records(), added.newest())).toArray()));
  }
}
