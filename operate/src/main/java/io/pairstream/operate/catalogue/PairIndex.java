package io.pairstream.operate.catalogue;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.operate.sentence.AnswerJson;
import io.pairstream.operate.takedown.TakedownEvent;
import io.pairstream.schemas.Action;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.table.Database;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The tables by which pairs are found: a row for each record of the outputs and of quarantine, with
 * the words of its caption. {@link PairSearch} reads them.
 *
 * <p>A row's id begins with its time, so that ids are in the order of the records, in the table and
 * in each of its indexes. What is not looked for is in the row as JSON. A row of quarantine goes
 * when its topic keeps the record no longer, and when the pair was let in later.
 */
public final class PairIndex implements CatalogueFold {

  /** Bits of an id that tell records of one millisecond apart. */
  private static final int ID_BITS = 20;

  /** The last millisecond that an id has room for. */
  private static final long LAST_MILLIS = 1L << 42;

  private final PairTopics topics;

  /** Topics of which {@link PairSearch#place} tells where the last record of a key lies. */
  private final Set<String> located;

  /** As SQL; a partial index serves the same words alone. */
  private final String isOfQuarantine;

  public PairIndex(PairTopics topics) {
    this.topics = topics;
    this.isOfQuarantine = "topic = '" + topics.quarantine().name() + "'";
    this.located =
        Set.of(
            topics.receipts().name(),
            topics.uploads().name(),
            topics.takedowns().name(),
            topics.reviews().name(),
            topics.quarantine().name());
  }

  @Override
  public int version() {
    return 11;
  }

  @Override
  public List<String> schema() {
    return List.of(
        "CREATE TABLE pair (id INTEGER PRIMARY KEY, pair_id TEXT, image_digest TEXT,"
            + " status TEXT, reason TEXT, source_kind TEXT, contributor TEXT, producer TEXT,"
            + " host TEXT, copy_of TEXT, origin TEXT, partition INTEGER, offset INTEGER, value TEXT)",
        "CREATE INDEX pair_by_pair ON pair (pair_id)",
        "CREATE INDEX pair_by_digest ON pair (image_digest)",
        "CREATE INDEX pair_by_origin ON pair (origin)",
        "CREATE INDEX pair_by_status ON pair (status)",
        "CREATE INDEX pair_by_reason ON pair (reason)",
        "CREATE INDEX pair_by_source ON pair (source_kind)",
        "CREATE INDEX pair_by_contributor ON pair (contributor, id, reason)",
        "CREATE INDEX pair_by_producer ON pair (producer)",
        "CREATE INDEX pair_by_host ON pair (host)",
        "CREATE INDEX pair_by_copied ON pair (copy_of)",
        "CREATE INDEX pair_counted ON pair (status, reason, source_kind)",
        "CREATE INDEX pair_kept ON pair (partition, offset) WHERE status = 'QUARANTINED'",
        "CREATE VIRTUAL TABLE word USING fts5 (text, content = '', contentless_delete = 1,"
            + " detail = full, tokenize = \"unicode61 remove_diacritics 0 categories"
            + " 'L* N* Co Mn Mc'\")",
        "CREATE TRIGGER word_goes AFTER DELETE ON pair BEGIN"
            + " DELETE FROM word WHERE rowid = old.id; END",
        "CREATE TABLE receipt (key TEXT PRIMARY KEY, value TEXT)",
        "CREATE TABLE place (topic TEXT, key TEXT, partition INTEGER, offset INTEGER,"
            + " PRIMARY KEY (topic, key)) WITHOUT ROWID",
        "CREATE INDEX place_kept ON place (partition, offset) WHERE " + isOfQuarantine,
        "CREATE TABLE gone (key TEXT PRIMARY KEY)",
        "CREATE TABLE review (key TEXT, review_id TEXT, reviewed_at INTEGER, value TEXT,"
            + " PRIMARY KEY (key, review_id))",
        "CREATE TABLE takedown (key TEXT PRIMARY KEY, part_of TEXT, is_in_force INTEGER)",
        "CREATE TABLE takedown_event (subject TEXT, what TEXT, requested_by TEXT, cause TEXT,"
            + " at INTEGER)",
        "CREATE INDEX takedown_event_by_subject ON takedown_event (subject)");
  }

  @Override
  public void apply(String key, Object value, Place place, Database table) {
    if (located.contains(place.topic())) {
      locate(key, value, place, table);
    }
    if (value instanceof PreparedPair pair) {
      prepared(PairRow.of(pair, topics.splits().get(place.topic()), place), table);
    } else if (value instanceof Rejected rejected) {
      quarantined(PairRow.of(rejected.pair(), rejected.sent(), place), table);
    } else if (value instanceof Receipt receipt) {
      receipt(key, ReceiptNote.of(receipt), table);
    } else if (value instanceof Review review) {
      reviewed(review, table);
    } else if (value instanceof Takedown takedown) {
      takenDown(key, takedown, table);
    } else if (value instanceof Action action) {
      TakedownEvent.of(action).ifPresent(event -> takedownEvent(event, table));
    } else if (place.topic().equals(topics.takedowns().name())) {
      // What comes from now on is shown again; what was taken out comes with its records alone.
      table.update("UPDATE takedown SET is_in_force = 0 WHERE key = ?", key);
    } else if (place.topic().equals(topics.receipts().name())) {
      table.update("DELETE FROM receipt WHERE key = ?", key);
    } else if (topics.splits().containsKey(place.topic())) {
      remove(key, table);
    }
  }

  private static void locate(String key, Object value, Place place, Database table) {
    if (value == null) {
      table.update("DELETE FROM place WHERE topic = ? AND key = ?", place.topic(), key);
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
                each,
                place.partition(),
                place.offset()));
  }

  private static void prepared(PairRow row, Database table) {
    table.update("DELETE FROM pair WHERE pair_id = ? AND status <> 'QUARANTINED'", row.pairId());
    if (isTakenDown(table, row.takedowns())) {
      return;
    }
    table.update("DELETE FROM gone WHERE key = ?", row.key());
    long id = put(table, row);
    // It does not lie in quarantine for an earlier rejection any more; copies of it do.
    table.update(
        "DELETE FROM pair WHERE pair_id = ? AND +status = 'QUARANTINED' AND reason <> ?"
            + " AND id < ?",
        row.pairId(),
        RejectReason.DUPLICATE_PAIR.name(),
        behind(at(id)));
  }

  private static void quarantined(PairRow row, Database table) {
    boolean isOvertaken =
        !row.reason().equals(RejectReason.DUPLICATE_PAIR.name())
            && is(
                table,
                "SELECT 1 FROM pair WHERE pair_id = ? AND status <> 'QUARANTINED' AND id >= ?",
                row.pairId(),
                first(row.place().at()));
    if (!isOvertaken
        && !is(table, "SELECT 1 FROM gone WHERE key = ?", row.key())
        && !isTakenDown(table, row.takedowns())) {
      put(table, row);
    }
  }

  private static void receipt(String key, ReceiptNote note, Database table) {
    table.update("INSERT OR REPLACE INTO receipt VALUES (?, ?)", key, AnswerJson.text(note));
    if (note.status().equals(PairStatus.WITHDRAWN.name())) {
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
      case "PAIR" -> table.update("DELETE FROM pair WHERE pair_id = ?", subject);
      case "IMAGE" -> table.update("DELETE FROM pair WHERE image_digest = ?", subject);
      case "CONTRIBUTOR" -> table.update("DELETE FROM pair WHERE contributor = ?", subject);
      case "PRODUCER" -> table.update("DELETE FROM pair WHERE producer = ?", subject);
      case "SOURCE" ->
          table.update("DELETE FROM pair WHERE source_kind = ? OR host = ?", subject, subject);
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

  @Override
  public void forget(String topic, int partition, long from, Database table) {
    if (topic.equals(topics.quarantine().name())) {
      String gone = " FROM pair WHERE status = 'QUARANTINED' AND partition = ? AND offset < ?";
      table.update("DELETE FROM review WHERE key IN (SELECT origin" + gone + ")", partition, from);
      table.update("DELETE" + gone, partition, from);
      String places = "DELETE FROM place WHERE " + isOfQuarantine;
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

  private static long behind(Instant at) {
    return first(at.plusMillis(1));
  }

  /**
   * Whether one of these takedowns is in force.
   *
   * @param keys as {@link TakedownKind#keysOf} gives them
   */
  static boolean isTakenDown(Database table, Collection<String> keys) {
    return is(
        table,
        "SELECT 1 FROM takedown WHERE is_in_force AND key NOT LIKE '%/'"
            + " AND key IN (SELECT value FROM json_each(?))",
        AnswerJson.text(keys));
  }

  /** Whether a query has a row. */
  static boolean is(Database table, String sql, Object... values) {
    return table.first(sql, row -> true, values).isPresent();
  }

  private static long put(Database table, PairRow row) {
    long first = first(row.place().at());
    long id =
        table
            .first(
                "SELECT coalesce(max(id) + 1, ?) FROM pair WHERE id >= ? AND id < ?",
                found -> found.getLong(1),
                first,
                first,
                first + (1L << ID_BITS) - 1)
            .orElseThrow();
    table.update(
        "INSERT INTO pair VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        row.pairId(),
        row.imageDigest(),
        row.status(),
        row.reason(),
        row.sourceKind(),
        row.contributor(),
        row.producer(),
        TakedownKind.host(row.url()),
        row.copyOf(),
        row.coordinates(),
        row.place().partition(),
        row.place().offset(),
        AnswerJson.text(row));
    table.update(
        "INSERT INTO word (rowid, text) VALUES (?, ?)",
        id,
        CaptionWords.of(row.caption() + " " + row.contributor()));
    return id;
  }

  private static void remove(String key, Database table) {
    for (String sql :
        List.of(
            "DELETE FROM pair WHERE pair_id = ?",
            "DELETE FROM review WHERE key = ?",
            "INSERT OR IGNORE INTO gone VALUES (?)")) {
      table.update(sql, key);
    }
  }
}
