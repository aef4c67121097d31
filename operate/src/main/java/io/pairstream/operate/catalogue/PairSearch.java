package io.pairstream.operate.catalogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.pairstream.operate.catalogue.PairPage.FoundPair;
import io.pairstream.operate.sentence.AnswerJson;
import io.pairstream.operate.takedown.TakedownEvent;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.table.Database;
import io.pairstream.service.table.TopicTable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds pairs in a {@link Catalogue} that has a {@link PairIndex}. Thread-safe. */
public final class PairSearch {

  private static final int MOST_REVIEWS = 100;

  private static final Pattern BEGINNING_OF_ID = Pattern.compile("[0-9a-f]{6,64}");

  /** Reads rows: where an index alone would do, canaries are left out otherwise. */
  private static final String NO_CANARY =
      "(contributor <> '" + Canaries.CONTRIBUTOR + "' OR producer <> '')";

  /** Rows of a raw record. */
  private static final String AT = "raw_topic = ? AND raw_partition = ? AND raw_offset = ?";

  /** A row says where its pair stands, unless another one does. */
  private static final String FOUND =
      "SELECT *, (SELECT name FROM topic WHERE topic.holds = pair.status) AS topic, status <> 'QUARANTINED' OR pair_id = '' OR NOT EXISTS (SELECT 1 FROM pair"
          + " other WHERE other.pair_id = pair.pair_id AND (other.status <> 'QUARANTINED' OR"
          + " other.id > pair.id)) AS decides FROM pair ";

  private static final String EXAMPLE =
      "WHERE id IN (SELECT id FROM label WHERE name = ?1 ORDER BY id DESC LIMIT 1000)"
          + " AND +status IN (SELECT value FROM json_each(?2)) AND (?3 = '' OR +source_kind = ?3)"
          + " ORDER BY id DESC LIMIT 1";

  private final TopicTable catalogue;
  private final Clock clock;

  public PairSearch(TopicTable catalogue, Clock clock) {
    this.catalogue = catalogue;
    this.clock = clock;
  }

  /** A page of the pairs that a query means, newest first. */
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
                .or(
                    () ->
                        OriginHeader.parse(id)
                            .flatMap(
                                at ->
                                    found(
                                        table,
                                        "WHERE " + AT,
                                        at.getTopic(),
                                        at.getPartition(),
                                        at.getOffset()))));
  }

  /** Answers of models about a pair, by card and name. */
  public List<AnswerNote> answers(String pairId) {
    return catalogue.read(
        table ->
            table.query(
                "SELECT card, answer_name.name, said.value, CASE WHEN "
                    + LimitedAnswer.IS_OUTSIDE
                    + " THEN when_outside ELSE '' END FROM said JOIN answer_name"
                    + " ON answer_name.id = said.name LEFT JOIN answer_limit"
                    + " ON answer_limit.name = answer_name.name WHERE pair_id = ? ORDER BY 1, 2",
                row ->
                    AnswerNote.of(
                        row.getString(1), row.getString(2), row.getObject(3), row.getString(4)),
                HexBytes.of(pairId)));
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
            table
                .first(
                    "SELECT count(*) FROM pair WHERE copy_of = ?",
                    row -> row.getLong(1),
                    HexBytes.of(imageDigest))
                .orElseThrow());
  }

  /** The pair's receipt, which outlives its rows where it was withdrawn. */
  public Optional<ReceiptNote> receipt(String id) {
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
    return catalogue.read(
        table ->
            table.query(
                "SELECT value FROM review WHERE key = ? ORDER BY reviewed_at LIMIT " + MOST_REVIEWS,
                row -> AnswerJson.read(row.getString(1), ReviewNote.class),
                id));
  }

  /** Labels that people give to a pair, in the order in which they gave them. */
  public List<GivenLabels> given(String pairId) {
    return catalogue.read(
        table ->
            table.query(
                "SELECT person, labels, at FROM given_label WHERE pair_id = ? AND labels <> '[]'"
                    + " ORDER BY at, person",
                row ->
                    new GivenLabels(
                        row.getString(1),
                        List.of(AnswerJson.read(row.getString(2), String[].class)),
                        Instant.ofEpochMilli(row.getLong(3))),
                HexBytes.of(pairId)));
  }

  /**
   * Who withdrew one of these and who lifted that, oldest first. What is known of the pair alone is
   * enough where its takedown is or was part of another.
   *
   * @param subjects as in {@link TakedownKind#key}
   */
  public List<TakedownEvent> takedownEvents(String pairId, Collection<String> subjects) {
    return catalogue.read(
        table ->
            table.query(
                "SELECT what, subject, requested_by, cause, at FROM takedown_event WHERE subject IN"
                    + " (SELECT value FROM json_each(?) UNION SELECT part_of FROM takedown"
                    + " WHERE key = ?) ORDER BY at",
                row ->
                    new TakedownEvent(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        Instant.ofEpochMilli(row.getLong(5))),
                AnswerJson.text(subjects),
                TakedownKind.PAIR.key(pairId)));
  }

  /** Counts of the entries in quarantine, by reason and source; canaries are counted apart. */
  public QuarantineBoard board() {
    return catalogue.read(
        table -> {
          Map<List<String>, Long> canaries = new HashMap<>();
          cells(table, "contributor = '" + Canaries.CONTRIBUTOR + "' AND producer = ''")
              .forEach(cell -> canaries.put(List.of(cell.reason(), cell.source()), cell.count()));
          List<QuarantineBoard.Cell> cells = new ArrayList<>();
          for (QuarantineBoard.Cell cell : cells(table, "TRUE")) {
            if (canaries.containsKey(List.of(cell.reason(), cell.source()))) {
              cells.addAll(
                  cells(
                      table,
                      "reason = ? AND source_kind = ? AND " + NO_CANARY,
                      cell.reason(),
                      cell.source()));
            } else {
              cells.add(cell);
            }
          }
          return new QuarantineBoard(
              cells.stream().mapToLong(QuarantineBoard.Cell::count).sum(),
              canaries.values().stream().mapToLong(count -> count).sum(),
              cells);
        });
  }

  private List<QuarantineBoard.Cell> cells(Database table, String where, Object... values) {
    List<Object> all = new ArrayList<>();
    all.add(PairIndex.first(clock.instant().minus(Duration.ofDays(1))));
    all.addAll(List.of(values));
    return table.query(
        "SELECT reason, source_kind, count(*), sum(id >= ?), max(id) FROM pair WHERE "
            + PairIndex.IS_REJECTED
            + " AND "
            + where
            + " GROUP BY reason, source_kind ORDER BY 3 DESC, 1, 2",
        row ->
            new QuarantineBoard.Cell(
                row.getString(1),
                row.getString(2),
                row.getLong(3),
                row.getLong(4),
                PairIndex.at(row.getLong(5))),
        all.toArray());
  }

  /** Whether a pair is gone, or one of {@link TakedownKind#keysOf} its properties is withdrawn. */
  public boolean isTakenDown(String pairId, Collection<String> takedowns) {
    return catalogue.read(
        table ->
            PairIndex.isTakenDown(table, takedowns)
                || PairIndex.is(table, "SELECT 1 FROM gone WHERE key = ?", pairId));
  }

  private static boolean isOfQuarantine(PairQuery query) {
    return !query.reason().isEmpty() || query.status().equals(PairStatus.QUARANTINED.name());
  }

  private static PairPage find(PairQuery query, Database table) {
    Conditions conditions = new Conditions();
    String text = query.text().strip();
    // The most selective condition goes first: its index is the one that is used.
    boolean named = !text.isEmpty() && conditions.addNamed(text, table);
    if (!text.isEmpty() && !named) {
      String reason = text.toUpperCase(Locale.ROOT).replace(' ', '_');
      String words = CaptionWords.wanted(text);
      if (PairIndex.is(
          table, "SELECT 1 FROM pair WHERE reason = ? AND " + PairIndex.IS_REJECTED, reason)) {
        conditions.add("reason", reason);
      } else if (words.isEmpty()) {
        return new PairPage(List.of(), Optional.empty(), OptionalLong.of(0));
      } else {
        conditions.addWords(words);
      }
    }
    conditions.addLabel(query.label());
    query.answers().forEach(answer -> conditions.add(answer, table));
    conditions.add("reason", query.reason());
    conditions.add("contributor", query.contributor());
    conditions.add("producer", query.producer());
    conditions.add("source_kind", query.source());
    conditions.add("status", query.status());
    boolean isOfAny = text.isEmpty() && query.label().isEmpty();
    if (isOfAny && query.contributor().isEmpty() && isOfQuarantine(query)) {
      conditions.terms.add(NO_CANARY);
    }
    OptionalLong found =
        isOfAny
                && query.contributor().isEmpty()
                && query.producer().isEmpty()
                && query.answers().isEmpty()
            ? OptionalLong.of(conditions.count(table))
            : OptionalLong.empty();
    List<Long> ids = conditions.ids(table, query.before(), query.limit() + 1);
    boolean isMore = ids.size() > query.limit();
    List<FoundPair> pairs = new ArrayList<>();
    for (long id : ids.subList(0, Math.min(ids.size(), query.limit()))) {
      found(table, "WHERE id = ?", id).ifPresent(pairs::add);
    }
    if (!isMore && query.after().isEmpty()) {
      found = OptionalLong.of(pairs.size());
    }
    return new PairPage(
        pairs,
        isMore ? Optional.of(String.valueOf(ids.get(query.limit() - 1))) : Optional.empty(),
        found);
  }

  private static final class Conditions {

    private static final String ALL_BUT_OTHERS =
        "SELECT count(*) - (SELECT count(*) FROM pair WHERE status <> 'TRAINING') FROM pair";

    private static final int FEW = 10_000;

    private String from = "pair";
    private String id = "id";
    private final List<String> terms = new ArrayList<>();
    private final List<Object> values = new ArrayList<>();

    /**
     * @param text equals the column; nothing where it is empty
     */
    void add(String column, String text) {
      if (!text.isEmpty()) {
        terms.add(column + " = ?" + (terms.isEmpty() ? ofPartialIndex(column, text) : ""));
        values.add(text);
      }
    }

    /** A condition that few answers meet leads to their pairs; others are looked up by pair. */
    void add(AnswerCondition answer, Database table) {
      List<Object> arguments = answer.arguments();
      List<Object> asked = new ArrayList<>(arguments);
      asked.add(FEW);
      boolean areFew =
          terms.isEmpty()
              && count(
                      table,
                      "SELECT count(*) FROM (SELECT 1 FROM said WHERE "
                          + answer.rows()
                          + " LIMIT ?)",
                      asked.toArray())
                  < FEW;
      terms.add(
          areFew
              ? "pair_id IN (SELECT pair_id FROM said WHERE " + answer.rows() + ")"
              : "EXISTS (SELECT 1 FROM said WHERE said.pair_id = pair.pair_id AND "
                  + answer.rows()
                  + ")");
      values.addAll(arguments);
    }

    /** A further term that shows SQLite that a partial index serves the condition. */
    private static String ofPartialIndex(String column, String text) {
      if (column.equals("reason")) {
        return " AND " + PairIndex.IS_REJECTED;
      }
      return column.equals("status") && !text.equals(PairStatus.TRAINING.name())
          ? " AND status <> 'TRAINING'"
          : "";
    }

    /** The label's own index serves what is not narrowed down yet; nothing where it is empty. */
    void addLabel(String label) {
      if (label.isEmpty()) {
        return;
      }
      if (terms.isEmpty()) {
        from = "label JOIN pair ON pair.id = label.id";
        id = "label.id";
        terms.add("label.name = ?");
      } else {
        terms.add("EXISTS (SELECT 1 FROM label WHERE label.name = ? AND label.id = pair.id)");
      }
      values.add(label);
    }

    void addWords(String words) {
      from = "word JOIN pair ON pair.id = word.rowid";
      id = "word.rowid";
      terms.add("word MATCH ?");
      values.add(words);
    }

    /**
     * An id, the digest of a picture or of one that it nearly copies, the beginning of one, or
     * coordinates; says whether it is any.
     */
    boolean addNamed(String text, Database table) {
      Optional<Origin> at = OriginHeader.parse(text);
      if (at.isPresent()) {
        List<Object> place =
            List.of(at.get().getTopic(), at.get().getPartition(), at.get().getOffset());
        if (PairIndex.is(table, "SELECT 1 FROM pair WHERE " + AT, place.toArray())) {
          terms.add(AT);
          values.addAll(place);
          return true;
        }
      }
      String lower = text.toLowerCase(Locale.ROOT);
      if (!BEGINNING_OF_ID.matcher(lower).matches()) {
        return false;
      }
      List<Object> bounds = HexBytes.beginning(lower);
      List<Object> all = Collections.nCopies(4, bounds).stream().flatMap(List::stream).toList();
      // Each part has an index; with an OR, SQLite reads the rows from the newest on.
      String beginning =
          "id IN (SELECT id FROM pair WHERE pair_id BETWEEN ? AND ? UNION ALL SELECT id FROM pair"
              + " WHERE substr(image_digest, 1, 8) BETWEEN substr(?, 1, 8) AND substr(?, 1, 8)"
              + " AND image_digest BETWEEN ? AND ? UNION ALL"
              + " SELECT id FROM pair WHERE copy_of BETWEEN ? AND ?)";
      if (!PairIndex.is(table, "SELECT 1 FROM pair WHERE " + beginning, all.toArray())) {
        return false;
      }
      terms.add(beginning);
      values.addAll(all);
      return true;
    }

    long count(Database table) {
      if (terms.equals(List.of("status = ?"))) {
        // Training: all but the few that an index holds.
        return count(table, ALL_BUT_OTHERS);
      }
      String where = terms.isEmpty() ? "" : " WHERE " + String.join(" AND ", terms);
      return count(table, "SELECT count(*) FROM " + from + where, values.toArray());
    }

    private static long count(Database table, String sql, Object... values) {
      return table.first(sql, row -> row.getLong(1), values).orElseThrow();
    }

    /** Ids of the newest rows before one. A plus keeps SQLite from taking that term's index. */
    List<Long> ids(Database table, long before, int most) {
      List<Object> all = new ArrayList<>(values);
      all.add(before);
      all.add(most);
      return table.query(
          "SELECT "
              + id
              + " FROM "
              + from
              + " WHERE "
              + (terms.isEmpty() ? "" : String.join(" AND +", terms) + " AND ")
              + id
              + " < ? ORDER BY "
              + id
              + " DESC LIMIT ?",
          row -> row.getLong(1),
          all.toArray());
    }
  }

  private static Optional<ReceiptNote> receipt(Database table, String key) {
    return table.first("SELECT * FROM receipt WHERE key = ?", ReceiptNote::read, HexBytes.of(key));
  }

  private static Optional<FoundPair> found(Database table, String where, Object... values) {
    return all(table, where, values).stream().findFirst();
  }

  private static List<FoundPair> all(Database table, String where, Object... values) {
    return table.query(
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
     * @param lastDay records of the last 24 hours, counted in stretches of 10 minutes
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
