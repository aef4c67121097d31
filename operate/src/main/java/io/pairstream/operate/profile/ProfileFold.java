package io.pairstream.operate.profile;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.words.ContentWords;
import io.pairstream.operate.catalogue.CatalogueFold;
import io.pairstream.operate.catalogue.CatalogueFold.Place;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.service.table.Database;
import java.util.List;
import java.util.Map;

/**
 * Keeps the profile in the catalogue's tables: how many pairs have which value, by where they stand
 * and by kind of source; canaries count as none. What a pair counts as is kept beside, to be taken
 * out again when it stands elsewhere.
 */
public final class ProfileFold implements CatalogueFold {

  /** A pair's facts before a change, which count no more, and those after it. */
  private static final String CHANGED =
      " FROM (SELECT old.counted AS facts, -1 AS more UNION ALL SELECT new.counted, 1)";

  private static final String COUNT =
      """
      CREATE TRIGGER count_pair AFTER UPDATE ON judged WHEN old.counted IS NOT new.counted BEGIN
        INSERT INTO tally SELECT facts ->> 'status', facts ->> 'source_kind', value ->> 0,
          value ->> 1, more%1$s, json_each(facts, '$.values') WHERE true
          ON CONFLICT DO UPDATE SET pairs = pairs + excluded.pairs;
        DELETE FROM tally WHERE pairs = 0 AND status = old.counted ->> 'status'
          AND source_kind = old.counted ->> 'source_kind' AND (dimension, value) IN
          (SELECT value ->> 0, value ->> 1 FROM json_each(old.counted, '$.values'));
        INSERT INTO producer SELECT facts ->> 'source_kind', facts ->> 'contributor',
          facts ->> 'outcome', more%1$s WHERE facts ->> 'outcome' <> ''
          ON CONFLICT DO UPDATE SET records = records + excluded.records;
        DELETE FROM producer WHERE records = 0 AND contributor = old.counted ->> 'contributor';
        UPDATE since SET at = min(at, new.counted ->> 'at') WHERE new.counted ->> 'at' > 0;
        DELETE FROM judged WHERE key = new.key AND new.counted IS NULL;
      END\
      """
          .formatted(CHANGED);

  private final Map<String, PairStatus> splits;
  private final String receipts;
  private final ContentWords words = new ContentWords();

  /**
   * @param topics the data set's
   */
  public ProfileFold(PairTopics topics) {
    this.receipts = topics.receipts().name();
    this.splits = topics.splits();
  }

  @Override
  public int version() {
    return 5;
  }

  @Override
  public List<String> schema() {
    return List.of(
        // A pair that lies in a split is accepted, whatever else was said of it. Topics are read
        // beside each other, so that its records come in any order.
        "CREATE TABLE judged (key TEXT PRIMARY KEY, accepted TEXT, rejected TEXT,"
            + " is_withdrawn INTEGER, counted TEXT AS (coalesce(accepted,"
            + " CASE WHEN is_withdrawn THEN '"
            + Facts.WITHDRAWN.json()
            + "' ELSE rejected END)))",
        "CREATE TABLE tally (status TEXT, source_kind TEXT, dimension TEXT, value TEXT,"
            + " pairs INTEGER, PRIMARY KEY (status, source_kind, dimension, value))"
            + " WITHOUT ROWID",
        "CREATE TABLE producer (source_kind TEXT, contributor TEXT, outcome TEXT,"
            + " records INTEGER, PRIMARY KEY (contributor, source_kind, outcome)) WITHOUT ROWID",
        "CREATE TABLE since (at INTEGER)",
        "INSERT INTO since VALUES (" + Long.MAX_VALUE + ")",
        COUNT);
  }

  @Override
  public void apply(String key, Object value, Place place, Database table) {
    if (value instanceof PreparedPair pair) {
      prepared(pair, place, table);
    } else if (value instanceof Rejected rejected) {
      if (Canaries.is(rejected.sent().getContributor(), rejected.pair().getProducer())) {
        return;
      }
      quarantined(key, Facts.of(rejected.pair(), rejected.sent()), table);
    } else if (value instanceof Receipt receipt) {
      receipt(key, receipt, table);
    } else if (value == null && splits.containsKey(place.topic())) {
      table.update(
          "UPDATE judged SET accepted = NULL WHERE key = ? AND accepted ->> 'status' = ?",
          key,
          splits.get(place.topic()).name());
    } else if (value == null && place.topic().equals(receipts)) {
      withdraw(key, false, table);
    }
  }

  private void prepared(PreparedPair pair, Place place, Database table) {
    Facts facts =
        Facts.of(
            pair,
            splits.get(place.topic()),
            words.of(pair.getCaption(), pair.getLanguage(), Facts.MOST_WORDS));
    change("accepted = ?2", pair.getPairId(), facts.json(), table);
  }

  private static void quarantined(String key, Facts facts, Database table) {
    if (facts.outcome().equals(RejectReason.DUPLICATE_PAIR.name())) {
      table.update(
          "INSERT INTO producer VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET records = records +"
              + " 1",
          facts.sourceKind(),
          facts.contributor(),
          Facts.COPY);
      table.update("UPDATE since SET at = min(at, ?1) WHERE ?1 > 0", facts.at());
    } else {
      // A pair may be rejected several times; the latest rejection stands.
      change(
          "rejected = CASE WHEN rejected IS NULL OR (?2 ->> 'at', ?2 ->> 'origin') >="
              + " (rejected ->> 'at', rejected ->> 'origin') THEN ?2 ELSE rejected END",
          key,
          facts.json(),
          table);
    }
  }

  private static void receipt(String key, Receipt receipt, Database table) {
    if (!receipt.getPairId().isEmpty() && !receipt.getPairId().equals(key)) {
      return; // of an old record of a pair that was let in again
    }
    withdraw(key, receipt.getStatus().equals(PairStatus.WITHDRAWN.name()), table);
  }

  private static void withdraw(String key, boolean withdrawn, Database table) {
    if (withdrawn) {
      change("is_withdrawn = ?2", key, 1, table);
    } else {
      table.update("UPDATE judged SET is_withdrawn = NULL WHERE key = ? AND is_withdrawn", key);
    }
  }

  private static void change(String set, String key, Object value, Database table) {
    table.update("INSERT OR IGNORE INTO judged (key) VALUES (?)", key);
    table.update("UPDATE judged SET " + set + " WHERE key = ?1", key, value);
  }
}
