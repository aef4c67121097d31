package io.pairstream.tools.archive;

import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.table.Database;
import java.util.ArrayList;
import java.util.List;

/**
 * Outcomes of the pairs of two data sets, by their receipts.
 *
 * @param outcomes how many pairs of each had them, most frequent first
 * @param differing pairs with another outcome in each, or with one in one of them alone
 * @param changes what those had, most frequent first
 */
public record Comparison(List<Outcome> outcomes, long differing, List<Change> changes) {

  /** A split, or a reason to reject; and how many pairs of each data set have it. */
  public record Outcome(String outcome, long here, long there) {}

  /**
   * Pairs that have one outcome here and another there; empty where there is none.
   *
   * @param examples some of them
   */
  public record Change(String here, String there, long pairs, List<Example> examples) {}

  /**
   * A pair.
   *
   * @param detail why it is rejected, in a sentence; empty where it is nowhere
   */
  public record Example(String pairId, String detail) {}

  /**
   * Reads all receipts of both. Keeps them in a file, of 150 bytes for each.
   *
   * @param examples how many of each change
   * @throws io.pairstream.service.table.ViewStorageException where the folder for temporary files
   *     has no place
   */
  public static Comparison of(ClusterAccess here, ClusterAccess there, int examples) {
    here.requireRegistry();
    try (Database receipts = Database.temporary()) {
      read(here, receipts, "here");
      read(there, receipts, "there");
      List<Outcome> outcomes =
          receipts.query(
              """
              SELECT outcome, sum(a), sum(b) FROM (
                SELECT outcome, 1 AS a, 0 AS b FROM here UNION ALL SELECT outcome, 0, 1 FROM there)
              GROUP BY outcome ORDER BY sum(a) + sum(b) DESC, outcome
              """,
              row -> new Outcome(row.getString(1), row.getLong(2), row.getLong(3)));
      receipts.execute(
          """
          CREATE TABLE change AS
          SELECT id, coalesce(h.outcome, '') AS a, coalesce(t.outcome, '') AS b,
            coalesce(nullif(t.detail, ''), h.detail, '') AS detail
          FROM (SELECT id FROM here WHERE is_pair UNION SELECT id FROM there WHERE is_pair)
          LEFT JOIN here h USING (id) LEFT JOIN there t USING (id)
          WHERE h.outcome IS NOT t.outcome
          """);
      List<Change> changes = new ArrayList<>();
      receipts.scan(
          "SELECT a, b, count(*) FROM change GROUP BY a, b ORDER BY count(*) DESC, a, b",
          row ->
              changes.add(
                  new Change(
                      row.getString(1),
                      row.getString(2),
                      row.getLong(3),
                      receipts.query(
                          "SELECT id, detail FROM change WHERE a = ? AND b = ? ORDER BY id LIMIT ?",
                          one -> new Example(one.getString(1), one.getString(2)),
                          row.getString(1),
                          row.getString(2),
                          examples))));
      return new Comparison(
          outcomes, changes.stream().mapToLong(Change::pairs).sum(), List.copyOf(changes));
    }
  }

  private static void read(ClusterAccess cluster, Database receipts, String table) {
    receipts.execute(
        "CREATE TABLE %s (id TEXT PRIMARY KEY, is_pair, outcome, detail) WITHOUT ROWID"
            .formatted(table));
    try (CommittedLog log = CommittedLog.open(cluster)) {
      log.readAll(
          cluster.topics().receipts(),
          (key, read) ->
              read.ifPresentOrElse(
                  receipt ->
                      receipts.update(
                          "INSERT OR REPLACE INTO " + table + " VALUES (?, ?, ?, ?)",
                          key,
                          key.equals(receipt.getPairId()),
                          receipt.getReason().isEmpty() ? receipt.getStatus() : receipt.getReason(),
                          receipt.getDetail()),
                  () -> receipts.update("DELETE FROM " + table + " WHERE id = ?", key)));
    }
  }
}
