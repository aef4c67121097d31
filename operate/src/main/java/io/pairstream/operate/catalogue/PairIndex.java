package io.pairstream.operate.catalogue;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.curation.takedown.TakedownEvent;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.table.Database;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * The tables by which pairs are found: a row for each record of the outputs and of quarantine, with
 * the words of its caption and its labels. {@link PairSearch} reads them.
 *
 * <p>A row's id begins with its time, so that ids are in the order of the records, in the table and
 * in each of its indexes. Rows hold columns alone, ids and digests as bytes. A row of quarantine
 * goes when its topic keeps the record no longer, and when the pair was let in later.
 */
public record PairIndex(PairTopics topics) implements CatalogueFold {

  /** Bits of an id that tell records of one millisecond apart. */
  static final int ID_BITS = 20;

  /** The last millisecond that an id has room for. */
  private static final long LAST_MILLIS = 1L << 42;

  private static final String PUT =
      "INSERT INTO pair VALUES ((SELECT coalesce(max(id) + 1, ?1) FROM pair"
          + " WHERE id >= ?1 AND id < ?2)"
          + ", ?".repeat(25)
          + ")";

  private static final String PUT_RECEIPT =
      "INSERT OR REPLACE INTO receipt VALUES (?, ?, ?" + ", ?".repeat(13) + ")";

  /** As SQL, of a digest: the index holds beginnings, which tell pictures apart. */
  static final String OF_IMAGE =
      "substr(image_digest, 1, 8) = substr(?1, 1, 8) AND image_digest = ?1";

  /** As SQL; a partial index serves the same words alone. */
  static final String IS_REJECTED = "status = 'QUARANTINED'";

  /**
   * Whether the table of places tells where the last record of a key lies on this topic, as {@link
   * PairSearch#place} answers; of receipts it is known beside it.
   */
  private boolean isLocated(String topic) {
    return topic.equals(topics.quarantine().name())
        || topic.equals(topics.uploads().name())
        || topic.equals(topics.takedowns().name())
        || topic.equals(topics.reviews().name());
  }

  /** As SQL; a partial index serves the same words alone. */
  private String isOfQuarantine() {
    return "topic = '" + topics.quarantine().name() + "'";
  }

  @Override
  public Tables tables() {
    return Tables.of(
        16,
        "CREATE TABLE pair (id INTEGER PRIMARY KEY, " + PairRow.COLUMNS + ")",
        "CREATE INDEX pair_by_pair ON pair (pair_id)",
        "CREATE INDEX pair_by_digest ON pair (substr(image_digest, 1, 8))",
        "CREATE INDEX pair_by_origin ON pair (raw_offset, raw_partition)",
        "CREATE INDEX pair_by_status ON pair (status) WHERE status <> 'TRAINING'",
        "CREATE INDEX pair_by_source ON pair (source_kind)",
        "CREATE INDEX pair_by_contributor ON pair (contributor, id, reason)",
        "CREATE INDEX pair_by_producer ON pair (producer)",
        "CREATE INDEX pair_by_host ON pair (host) WHERE host IS NOT NULL",
        "CREATE INDEX pair_by_copied ON pair (copy_of) WHERE copy_of IS NOT NULL",
        "CREATE INDEX pair_rejected ON pair (reason, id, source_kind) WHERE " + IS_REJECTED,
        "CREATE INDEX pair_kept ON pair (partition, offset) WHERE " + IS_REJECTED,
        RecordCounts.TABLE,
        RecordCounts.TRIGGER,
        "CREATE TABLE topic (holds TEXT PRIMARY KEY, name TEXT)",
        "INSERT INTO topic VALUES ('TRAINING', '%s'), ('VALIDATION', '%s'), ('TEST', '%s'),"
                .formatted(
                    topics.training().name(), topics.validation().name(), topics.test().name())
            + " ('QUARANTINED', '%s'), ('RECEIPTS', '%s')"
                .formatted(topics.quarantine().name(), topics.receipts().name()),
        "CREATE VIRTUAL TABLE word USING fts5 (text, content = '', contentless_delete = 1,"
            + " detail = full, tokenize = \"unicode61 remove_diacritics 0 categories"
            + " 'L* N* Co Mn Mc'\")",
        "CREATE TRIGGER word_goes AFTER DELETE ON pair BEGIN"
            + " DELETE FROM word WHERE rowid = old.id; END",
        "CREATE TABLE label (name TEXT, id INTEGER, PRIMARY KEY (name, id)) WITHOUT ROWID",
        "CREATE TRIGGER label_goes AFTER DELETE ON pair WHEN old.labels IS NOT NULL BEGIN"
            + " DELETE FROM label WHERE id = old.id"
            + " AND name IN (SELECT value FROM json_each(old.labels)); END",
        "CREATE TABLE receipt (key PRIMARY KEY, partition INTEGER, offset INTEGER, "
            + ReceiptRow.COLUMNS
            + ") WITHOUT ROWID",
        "CREATE TABLE place (topic TEXT, key, partition INTEGER, offset INTEGER,"
            + " PRIMARY KEY (topic, key)) WITHOUT ROWID",
        "CREATE INDEX place_kept ON place (partition, offset) WHERE " + isOfQuarantine(),
        "CREATE TABLE gone (key TEXT PRIMARY KEY)",
        "CREATE TABLE review (key TEXT, review_id TEXT, reviewed_at INTEGER, value TEXT,"
            + " PRIMARY KEY (key, review_id))",
        "CREATE TABLE given_label (pair_id, person TEXT, labels TEXT, at INTEGER,"
            + " PRIMARY KEY (pair_id, person)) WITHOUT ROWID",
        "CREATE TABLE takedown (key TEXT PRIMARY KEY, part_of TEXT, is_in_force INTEGER)",
        "CREATE INDEX takedown_in_force ON takedown (is_in_force) WHERE is_in_force",
        "CREATE TABLE takedown_event (subject TEXT, what TEXT, requested_by TEXT, cause TEXT,"
            + " at INTEGER)",
        "CREATE INDEX takedown_event_by_subject ON takedown_event (subject)");
  }

  @Override
  public void applyAll(List<Event> events, Database table) {
    // Mostly none is, and no pair has to be looked up.
    boolean areInForce =
        table.has("SELECT 1 FROM takedown WHERE is_in_force")
            || events.stream().anyMatch(event -> event.value() instanceof Takedown);
    RecordCounts counts = new RecordCounts();
    events.forEach(event -> apply(event, areInForce, counts, table));
    counts.write(table);
  }

  private void apply(Event event, boolean areInForce, RecordCounts counts, Database table) {
    String key = event.key();
    Object value = event.value();
    Place place = event.place();
    if (isLocated(place.topic())) {
      locate(key, value, place, table);
    }
    if (value instanceof IndexedPair pair) {
      published(PairRow.of(key, pair, place), areInForce, counts, table);
    } else if (value instanceof Rejected rejected) {
      quarantined(PairRow.of(rejected.pair(), rejected.sent(), place), areInForce, counts, table);
    } else if (value instanceof Receipt receipt) {
      receipt(key, receipt, place, table);
    } else if (value instanceof Review review) {
      reviewed(review, table);
    } else if (value instanceof Takedown takedown) {
      takenDown(key, takedown, table);
    } else if (value instanceof Action action) {
      TakedownEvent.of(action).ifPresent(known -> takedownEvent(known, table));
      GivenLabels.of(action).ifPresent(given -> given(action.getSubject(), given, table));
    } else if (value instanceof MovedToQuarantine) {
      table.update(
          "DELETE FROM pair WHERE pair_id = ? AND status <> 'QUARANTINED'", HexBytes.of(key));
    } else if (place.topic().equals(topics.takedowns().name())) {
      // What comes from now on is shown again; what was taken out comes with its records alone.
      table.update("UPDATE takedown SET is_in_force = 0 WHERE key = ?", key);
    } else if (place.topic().equals(topics.receipts().name())) {
      table.update("DELETE FROM receipt WHERE key = ?", HexBytes.of(key));
    } else if (place.topic().equals(topics.index().name())) {
      remove(key, table);
    }
  }

  private static void locate(String key, Object value, Place place, Database table) {
    if (value == null) {
      table.update(
          "DELETE FROM place WHERE topic = ? AND key = ?", place.topic(), HexBytes.of(key));
      return;
    }
    Stream<String> keys =
        value instanceof Rejected rejected
            ? Stream.of(key, OriginHeader.text(rejected.pair().getOrigin()))
            : Stream.of(key);
    keys.forEach(
        each ->
            table.update(
                "INSERT OR REPLACE INTO place VALUES (?, ?, ?, ?)",
                place.topic(),
                HexBytes.of(each),
                place.partition(),
                place.offset()));
  }

  private static void published(
      PairRow row, boolean areInForce, RecordCounts counts, Database table) {
    Object pairId = HexBytes.of(row.pairId());
    boolean isKnown =
        table.has(
            "SELECT 1 FROM pair WHERE pair_id = ? UNION ALL SELECT 1 FROM gone WHERE key = ?",
            pairId,
            row.key());
    if (isKnown) {
      table.update("DELETE FROM pair WHERE pair_id = ? AND status <> 'QUARANTINED'", pairId);
    }
    if (areInForce && isTakenDown(table, row.takedowns())) {
      return;
    }
    if (isKnown) {
      table.update("DELETE FROM gone WHERE key = ?", row.key());
      // It does not lie in quarantine for an earlier rejection any more; copies of it do.
      table.update(
          "DELETE FROM pair WHERE pair_id = ? AND +status = 'QUARANTINED' AND reason <> ?"
              + " AND id < ?",
          pairId,
          RejectReason.DUPLICATE_PAIR.name(),
          first(row.place().at().plusMillis(1)));
    }
    put(row, counts, table);
  }

  private static void quarantined(
      PairRow row, boolean areInForce, RecordCounts counts, Database table) {
    boolean isOvertaken =
        !row.reason().equals(RejectReason.DUPLICATE_PAIR.name())
            && table.has(
                "SELECT 1 FROM pair WHERE pair_id = ? AND status <> 'QUARANTINED' AND id >= ?",
                HexBytes.of(row.pairId()),
                first(row.place().at()));
    if (!isOvertaken
        && !table.has("SELECT 1 FROM gone WHERE key = ?", row.key())
        && !(areInForce && isTakenDown(table, row.takedowns()))) {
      put(row, counts, table);
    }
  }

  private static void receipt(String key, Receipt receipt, Place place, Database table) {
    table.update(
        PUT_RECEIPT,
        Stream.concat(
                Stream.of(HexBytes.of(key), place.partition(), place.offset()),
                ReceiptRow.columns(receipt).stream())
            .toArray());
    if (receipt.getStatus().equals(PairStatus.WITHDRAWN.name())) {
      remove(key, table);
    }
  }

  private static void reviewed(Review review, Database table) {
    ReviewNote note = ReviewNote.of(review);
    Stream.of(OriginHeader.text(review.getOrigin()), review.getPairId(), review.getSentPairId())
        .filter(key -> !key.isEmpty())
        .forEach(
            key ->
                table.update(
                    "INSERT OR REPLACE INTO review VALUES (?, ?, ?, ?)",
                    key,
                    note.reviewId(),
                    note.reviewedAt().toEpochMilli(),
                    AnswerJson.text(note)));
  }

  private static void takenDown(String key, Takedown takedown, Database table) {
    String subject = takedown.getSubject();
    table.update("INSERT OR REPLACE INTO takedown VALUES (?, ?, 1)", key, takedown.getPartOf());
    switch (takedown.getKind()) {
      case "PAIR" -> table.update("DELETE FROM pair WHERE pair_id = ?", HexBytes.of(subject));
      case "IMAGE" -> table.update("DELETE FROM pair WHERE " + OF_IMAGE, HexBytes.of(subject));
      case "CONTRIBUTOR" -> table.update("DELETE FROM pair WHERE contributor = ?", subject);
      case "PRODUCER" -> table.update("DELETE FROM pair WHERE producer = ?", subject);
      case "SOURCE" -> {
        table.update("DELETE FROM pair WHERE source_kind = ?", subject);
        table.update("DELETE FROM pair WHERE host = ?", subject);
      }
      default -> {
        // A kind of another version; the topology will not know it either.
      }
    }
  }

  private static void takedownEvent(TakedownEvent event, Database table) {
    // An action has two records where it began before it was done.
    table.update(
        "DELETE FROM takedown_event WHERE subject = ? AND what = ? AND at = ?",
        event.subject(),
        event.what(),
        event.at().toEpochMilli());
    table.update(
        "INSERT INTO takedown_event VALUES (?, ?, ?, ?, ?)",
        event.subject(),
        event.what(),
        event.by(),
        event.cause(),
        event.at().toEpochMilli());
  }

  private static void given(String pairId, GivenLabels given, Database table) {
    table.update(
        "INSERT INTO given_label VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
            + " SET labels = excluded.labels, at = excluded.at WHERE excluded.at >= at",
        HexBytes.of(pairId),
        given.by(),
        AnswerJson.text(given.labels()),
        given.at().toEpochMilli());
  }

  @Override
  public void forget(String topic, int partition, long from, Database table) {
    if (topic.equals(topics.quarantine().name())) {
      String gone = " FROM pair WHERE " + IS_REJECTED + " AND partition = ? AND offset < ?";
      table.update(
          "DELETE FROM review WHERE key IN (SELECT raw_topic || '-' || raw_partition || '-' ||"
              + " raw_offset"
              + gone
              + ")",
          partition,
          from);
      table.update("DELETE" + gone, partition, from);
      String places = "DELETE FROM place WHERE " + isOfQuarantine();
      table.update(places + " AND partition = ? AND offset < ?", partition, from);
    }
  }

  /** When the record of a row was written. */
  static Instant at(long id) {
    return Instant.ofEpochMilli(id >> ID_BITS);
  }

  /** The first id that a row of that time may have. */
  static long first(Instant at) {
    return Math.min(LAST_MILLIS, Math.max(0, at.toEpochMilli())) << ID_BITS;
  }

  /**
   * Whether one of these takedowns is in force.
   *
   * @param keys as {@link TakedownKind#keysOf} gives them
   */
  static boolean isTakenDown(Database table, Collection<String> keys) {
    return table.has(
        "SELECT 1 FROM takedown WHERE is_in_force AND key NOT LIKE '%/' AND key IN ("
            + String.join(", ", Collections.nCopies(keys.size(), "?"))
            + ")",
        keys.toArray());
  }

  private static void put(PairRow row, RecordCounts counts, Database table) {
    counts.add(row);
    long first = first(row.place().at());
    table.update(
        PUT,
        Stream.concat(Stream.of(first, first + (1L << ID_BITS) - 1), Arrays.stream(row.columns()))
            .toArray());
    if (!row.labels().isEmpty()) {
      // A table without row ids leaves the last one as it is.
      table.update(
          "INSERT OR IGNORE INTO label SELECT value, last_insert_rowid() FROM json_each(?)",
          AnswerJson.text(row.labels()));
    }
    table.update(
        "INSERT INTO word (rowid, text) VALUES (last_insert_rowid(), ?)",
        CaptionWords.of(row.caption() + " " + row.contributor()));
  }

  private static void remove(String key, Database table) {
    table.update("DELETE FROM review WHERE key = ?", key);
    table.update("INSERT OR IGNORE INTO gone VALUES (?)", key);
    table.update("DELETE FROM pair WHERE pair_id = ?", HexBytes.of(key));
  }
}
