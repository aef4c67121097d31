package io.pairstream.operate.catalogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.pairstream.curation.history.AnswerNote;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.curation.takedown.TakedownEvent;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.condition.AnswerLimits;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Finds pairs in a {@link Catalogue} that has a {@link PairIndex}. Thread-safe.
 *
 * @param mostLooked rows that one page looks at; at least 1
 */
public record PairSearch(TopicTable catalogue, Clock clock, int mostLooked) {

  private static final int MOST_REVIEWS = 100;

  /** Rows of a raw record. */
  static final String AT = "raw_topic = ? AND raw_partition = ? AND raw_offset = ?";

  /** A row says where its pair stands, unless another one does. */
  private static final String FOUND =
      "SELECT *, (SELECT name FROM topic WHERE topic.holds = pair.status) AS topic, status <>"
          + " 'QUARANTINED' OR pair_id = '' OR NOT EXISTS (SELECT 1 FROM pair other WHERE"
          + " other.pair_id = pair.pair_id AND (other.status <> 'QUARANTINED' OR other.id >"
          + " pair.id)) AS decides FROM pair ";

  private static final String EXAMPLE =
      "WHERE id IN (SELECT id FROM label WHERE name = ?1 ORDER BY id DESC LIMIT 1000)"
          + " AND +status IN (SELECT value FROM json_each(?2)) AND (?3 = '' OR +source_kind = ?3)"
          + " ORDER BY id DESC LIMIT 1";

  /** Rows that one page looks at: some 70 ms of processor where answers are asked. */
  private static final int MOST_LOOKED = 10_000;

  public PairSearch(TopicTable catalogue, Clock clock) {
    this(catalogue, clock, MOST_LOOKED);
  }

  /**
   * A page of the pairs that a query means, newest first. It is short and has a next one where many
   * rows meet the condition that an index serves and few meet the others.
   */
  public PairPage find(PairQuery query) {
    return catalogue.read(table -> find(query, table));
  }

  /** The pair of that id, or the copy at those coordinates. */
  public Optional<FoundPair> get(String id) {
    return catalogue.read(
        table ->
            found(
                    table,
                    "WHERE pair_id = ? AND pair_id <> ''"
                        + " ORDER BY status = 'QUARANTINED', id DESC LIMIT 1",
                    HexBytes.of(id))
                .or(() -> OriginHeader.parse(id).flatMap(origin -> of(table, origin))));
  }

  private static Optional<FoundPair> of(Database table, Origin at) {
    return found(table, "WHERE " + AT, at.getTopic(), at.getPartition(), at.getOffset());
  }

  /** Answers of models about a pair, by card and name. */
  public List<AnswerNote> answers(String pairId) {
    return catalogue.read(
        table -> {
          AnswerLimits limits = AnswerIndex.limits(table);
          return table.query(
              "SELECT card, answer_name.name, said.value FROM said JOIN answer_name"
                  + " ON answer_name.id = said.name WHERE pair_id = ? ORDER BY 1, 2",
              row -> AnswerNote.of(row.getString(1), row.getString(2), row.getObject(3), limits),
              HexBytes.of(pairId));
        });
  }

  /** The first pair of a picture that is published; none where the digest is empty. */
  public Optional<FoundPair> published(String imageDigest) {
    return catalogue.read(
        table ->
            found(
                table,
                "WHERE "
                    + PairIndex.OF_IMAGE
                    + " AND image_digest <> '' AND status <> 'QUARANTINED'"
                    + " ORDER BY id LIMIT 1",
                HexBytes.of(imageDigest)));
  }

  /**
   * A published pair for each label that has one among its newest: the newest.
   *
   * @param statuses the splits it may be of
   * @param source its kind of source; empty for any
   */
  public Map<String, FoundPair> examples(
      Collection<String> labels, Collection<String> statuses, String source) {
    return catalogue.read(
        table -> {
          Map<String, FoundPair> examples = new LinkedHashMap<>();
          for (String label : labels) {
            found(table, EXAMPLE, label, AnswerJson.text(statuses), source)
                .ifPresent(pair -> examples.put(label, pair));
          }
          return examples;
        });
  }

  /** How many records were rejected because they nearly copy a picture. */
  public long nearCopies(String imageDigest) {
    return catalogue.read(
        table ->
            table.number("SELECT count(*) FROM pair WHERE copy_of = ?", HexBytes.of(imageDigest)));
  }

  /** The pair's receipt, which outlives its rows where it was withdrawn. */
  public Optional<Receipt> receipt(String id) {
    return catalogue.read(table -> receipt(table, id));
  }

  /**
   * Where the last record of a key lies.
   *
   * @param topic of receipts, uploads, takedowns, reviews or quarantine; there the key may be the
   *     coordinates of the raw record too
   */
  public Optional<Origin> place(String topic, String key) {
    return catalogue.read(
        table ->
            table.first(
                "SELECT partition, offset FROM place WHERE topic = ?1 AND key = ?2 UNION ALL"
                    + " SELECT partition, offset FROM receipt WHERE key = ?2"
                    + " AND ?1 = (SELECT name FROM topic WHERE holds = 'RECEIPTS')",
                row -> new Origin(topic, row.getInt(1), row.getLong(2)),
                topic,
                HexBytes.of(key)));
  }

  /**
   * Reviews of a pair, newest last: that accepted it, or rejected one of its records.
   *
   * @param id a pair id or coordinates
   */
  public List<ReviewNote> reviews(String id) {
    return catalogue.query(
        "SELECT value FROM review WHERE key = ? ORDER BY reviewed_at LIMIT " + MOST_REVIEWS,
        row -> AnswerJson.read(row.getString(1), ReviewNote.class),
        id);
  }

  /** Labels that people give to a pair, in the order in which they gave them. */
  public List<GivenLabels> given(String pairId) {
    return catalogue.query(
        "SELECT person, labels, at FROM given_label WHERE pair_id = ? AND labels <> '[]'"
            + " ORDER BY at, person",
        row ->
            new GivenLabels(
                row.getString(1),
                List.of(AnswerJson.read(row.getString(2), String[].class)),
                Instant.ofEpochMilli(row.getLong(3))),
        HexBytes.of(pairId));
  }

  /**
   * Who withdrew one of these and who lifted that, oldest first. What is known of the pair alone is
   * enough where its takedown is or was part of another.
   *
   * @param subjects as in {@link TakedownKind#key}
   */
  public List<TakedownEvent> takedownEvents(String pairId, Collection<String> subjects) {
    return catalogue.query(
        "SELECT what, subject, requested_by AS 'by', cause, at FROM takedown_event WHERE subject IN"
            + " (SELECT value FROM json_each(?) UNION SELECT part_of FROM takedown WHERE key = ?)"
            + " ORDER BY at",
        AnswerJson.row(TakedownEvent.class),
        AnswerJson.text(subjects),
        TakedownKind.PAIR.key(pairId));
  }

  /** Counts of the entries in quarantine, by reason and source; canaries are counted apart. */
  public QuarantineBoard board() {
    long since = RecordCounts.hour(clock.instant().minus(Duration.ofDays(1)));
    return catalogue.read(
        table -> {
          List<QuarantineBoard.Cell> cells =
              table.query(
                  "SELECT reason, source_kind AS source, sum(records) AS count,"
                      + " sum(records) FILTER (WHERE hour >= ?) AS last_24h,"
                      + (" max(newest) >> " + PairIndex.ID_BITS + " AS newest_at")
                      + " FROM record_count WHERE status = 'QUARANTINED' AND NOT"
                      + " is_canary GROUP BY 1, 2 HAVING sum(records) > 0 ORDER BY 3 DESC, 1, 2",
                  AnswerJson.row(QuarantineBoard.Cell.class),
                  since);
          return new QuarantineBoard(
              cells.stream().mapToLong(QuarantineBoard.Cell::count).sum(),
              table.number(
                  "SELECT sum(records) FROM record_count WHERE status = 'QUARANTINED'"
                      + " AND is_canary"),
              cells);
        });
  }

  /** Whether a pair is gone, or one of {@link TakedownKind#keysOf} its properties is withdrawn. */
  public boolean isTakenDown(String pairId, Collection<String> takedowns) {
    return catalogue.read(
        table ->
            PairIndex.isTakenDown(table, takedowns)
                || table.has("SELECT 1 FROM gone WHERE key = ?", pairId));
  }

  private PairPage find(PairQuery query, Database table) {
    Optional<PairConditions> conditions =
        PairConditions.count(query, table) == 0
            ? Optional.empty()
            : PairConditions.of(query, table);
    if (conditions.isEmpty()) {
      return new PairPage(List.of(), Optional.empty(), OptionalLong.of(0));
    }
    PairConditions.Found found =
        conditions.get().find(table, query.before(), query.limit(), mostLooked);
    List<FoundPair> pairs = new ArrayList<>();
    found.ids().forEach(id -> found(table, "WHERE id = ?", id).ifPresent(pairs::add));
    boolean isAll = found.next().isEmpty() && query.after().isEmpty();
    return new PairPage(
        pairs, found.next(), isAll ? OptionalLong.of(pairs.size()) : conditions.get().count(table));
  }

  private static Optional<Receipt> receipt(Database table, String key) {
    return table.first("SELECT * FROM receipt WHERE key = ?", ReceiptRow::read, HexBytes.of(key));
  }

  private static Optional<FoundPair> found(Database table, String where, Object... values) {
    return table.first(
        FOUND + where,
        columns -> {
          PairRow row = PairRow.read(columns);
          return columns.getBoolean("decides")
              ? new FoundPair(row.key(), row, receipt(table, row.key()))
              : new FoundPair(row.coordinates(), row, Optional.empty());
        },
        values);
  }

  /**
   * A page of what was found, newest first.
   *
   * @param next where the next page begins; empty where there is none. A page may be short and have
   *     a next one, where much had to be looked at.
   * @param found how many there are in all; empty where counting would mean to look at all of them
   */
  public record PairPage(List<FoundPair> pairs, Optional<String> next, OptionalLong found) {}

  /**
   * One pair, or one copy of it that was rejected.
   *
   * @param id what it is asked for by: the pair id; coordinates of a copy that does not say where
   *     its pair stands, and where there is no pair id
   * @param row the record that it became
   * @param receipt the pair's receipt; empty where there is none yet, and of a copy
   */
  public record FoundPair(String id, PairRow row, Optional<Receipt> receipt) {}

  /**
   * How much lies in quarantine, and why.
   *
   * @param total records in quarantine, without canaries
   * @param canaries the platform's own pairs, which prove that pairs come out
   * @param cells each reason with each source that has any
   */
  public record QuarantineBoard(long total, long canaries, List<Cell> cells) {

    public QuarantineBoard {
      cells = List.copyOf(cells);
    }

    /** Pairs in quarantine, by reason. */
    public Map<String, Long> byReason() {
      return cells.stream()
          .collect(Collectors.groupingBy(Cell::reason, Collectors.summingLong(Cell::count)));
    }

    /**
     * One reason and one source.
     *
     * @param source source kind; empty where the record could not be read
     * @param lastDay records of the last 24 hours, counted by the hour: of 24 to 25 hours
     * @param newestAt when the newest came
     */
    public record Cell(
        String reason,
        String source,
        long count,
        @JsonProperty("last_24h") long lastDay,
        Instant newestAt) {}
  }
}
