package io.pairstream.operate.catalogue;

import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.table.Database;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Conditions of a {@link PairQuery} on a row, as SQL. An index serves the first condition, newest
 * rows first; the others are asked of each row that it leads to.
 */
final class PairConditions {

  private static final Pattern BEGINNING_OF_ID = Pattern.compile("[0-9a-f]{6,64}");

  /** Pairs that are looked up one by one, where so few have an answer. */
  private static final int FEW = 2_000;

  private static final int MOST_COUNTED = 1_000_000;

  /** Reads rows: where an index alone would do, canaries are left out otherwise. */
  private static final String NO_CANARY =
      "(contributor <> '" + Canaries.CONTRIBUTOR + "' OR producer <> '')";

  private final PairQuery query;
  private String from = "pair";
  private String id = "id";

  /** The condition that an index serves; without one, rows are looked at from the newest on. */
  private String lead = "";

  private List<?> leadValues = List.of();
  private final List<String> others = new ArrayList<>();
  private final List<Object> otherValues = new ArrayList<>();

  private PairConditions(PairQuery query) {
    this.query = query;
  }

  /**
   * A page.
   *
   * @param ids of its rows, newest first
   * @param next the id before which the next page begins; empty where there is none
   */
  record Found(List<Long> ids, Optional<String> next) {}

  /** The conditions of a query; empty where no row can meet its text. */
  static Optional<PairConditions> of(PairQuery query, Database table) {
    PairConditions conditions = new PairConditions(query);
    String text = query.text().strip();
    // The most selective condition goes first.
    if (!text.isEmpty() && !conditions.addNamed(text, table)) {
      String reason = text.toUpperCase(Locale.ROOT).replace(' ', '_');
      String words = CaptionWords.wanted(text);
      if (table.has("SELECT 1 FROM pair WHERE reason = ? AND " + PairIndex.IS_REJECTED, reason)) {
        conditions.add("reason", reason);
      } else if (words.isEmpty()) {
        return Optional.empty();
      } else {
        conditions.addWords(words);
      }
    }
    conditions.addLabel(query.label());
    query.answers().forEach(answer -> conditions.add(answer, table));
    conditions.add("contributor", query.contributor());
    conditions.add("reason", query.reason());
    conditions.add("producer", query.producer());
    if (query.status().equals(PairStatus.TRAINING.name())) {
      // Most rows are of training, and no index tells them.
      conditions.add("source_kind", query.source());
      conditions.addOther("status = ?", List.of(query.status()));
    } else {
      conditions.add("status", query.status());
      conditions.add("source_kind", query.source());
    }
    if (isWithoutCanaries(query)) {
      conditions.addOther(NO_CANARY, List.of());
    }
    return Optional.of(conditions);
  }

  /** Whether it asks for quarantine as such, where canaries would be in the way. */
  private static boolean isWithoutCanaries(PairQuery query) {
    return query.text().isBlank()
        && query.label().isEmpty()
        && query.contributor().isEmpty()
        && (!query.reason().isEmpty() || query.status().equals(PairStatus.QUARANTINED.name()));
  }

  /** How many rows have the query's status, reason and source, whatever else it asks. */
  static long count(PairQuery query, Database table) {
    return table.number(
        "SELECT sum(records) FROM record_count WHERE (?1 = '' OR status = ?1)"
            + " AND (?2 = '' OR status = 'QUARANTINED' AND reason = ?2)"
            + " AND (?3 = '' OR source_kind = ?3) AND NOT (is_canary AND ?4)",
        query.status(),
        query.reason(),
        query.source(),
        isWithoutCanaries(query));
  }

  /**
   * How many rows there are in all; empty where all would have to be looked at. Those of a
   * contributor are counted by an index, up to {@value #MOST_COUNTED}.
   */
  OptionalLong count(Database table) {
    boolean isOfSums =
        query.text().isBlank()
            && query.label().isEmpty()
            && query.producer().isEmpty()
            && query.answers().isEmpty();
    if (!isOfSums) {
      return OptionalLong.empty();
    }
    if (query.contributor().isEmpty()) {
      return OptionalLong.of(count(query, table));
    }
    if (!others.isEmpty()) {
      return OptionalLong.empty();
    }
    long counted =
        table.number(
            "SELECT count(*) FROM (SELECT 1 FROM pair WHERE contributor = ? LIMIT ?)",
            query.contributor(),
            MOST_COUNTED + 1);
    return counted > MOST_COUNTED ? OptionalLong.empty() : OptionalLong.of(counted);
  }

  /**
   * The newest rows before one.
   *
   * @param most rows of a page
   * @param mostLooked rows that are looked at
   */
  Found find(Database table, long before, int most, int mostLooked) {
    List<Object> all = new ArrayList<>(otherValues);
    all.addAll(leadValues);
    all.add(before);
    String sql =
        "SELECT %1$s, %2$s FROM %3$s WHERE %4$s %1$s < ? ORDER BY %1$s DESC"
            .formatted(
                id,
                others.isEmpty() ? "TRUE" : String.join(" AND ", others),
                from,
                lead.isEmpty() ? "" : lead + " AND");
    List<Long> ids = new ArrayList<>();
    long[] looked = {0, before};
    table.scan(
        sql,
        row -> {
          if (row.getBoolean(2)) {
            ids.add(row.getLong(1));
          }
          looked[0]++;
          looked[1] = row.getLong(1);
          return ids.size() <= most && looked[0] < mostLooked;
        },
        all.toArray());
    if (ids.size() > most) {
      return new Found(ids.subList(0, most), Optional.of(String.valueOf(ids.get(most - 1))));
    }
    return new Found(
        ids, looked[0] < mostLooked ? Optional.empty() : Optional.of(String.valueOf(looked[1])));
  }

  private void lead(String condition, List<?> arguments) {
    lead = condition;
    leadValues = arguments;
  }

  private void addOther(String condition, List<?> arguments) {
    others.add(condition);
    otherValues.addAll(arguments);
  }

  /**
   * @param text equals the column; nothing where it is empty
   */
  private void add(String column, String text) {
    if (text.isEmpty()) {
      return;
    }
    if (lead.isEmpty()) {
      lead(column + " = ?" + ofPartialIndex(column), List.of(text));
    } else {
      addOther(column + " = ?", List.of(text));
    }
  }

  /** A further term that shows SQLite that a partial index serves the condition. */
  private static String ofPartialIndex(String column) {
    return switch (column) {
      case "reason" -> " AND " + PairIndex.IS_REJECTED;
      case "status" -> " AND status <> 'TRAINING'";
      default -> "";
    };
  }

  /** A condition that few answers meet leads to their pairs; others are looked up by pair. */
  private void add(AnswerCondition answer, Database table) {
    List<Object> asked = new ArrayList<>(answer.arguments());
    asked.add(FEW);
    String count = "SELECT count(*) FROM (SELECT 1 FROM said WHERE " + answer.rows() + " LIMIT ?)";
    if (lead.isEmpty() && table.number(count, asked.toArray()) < FEW) {
      lead("pair_id IN (SELECT pair_id FROM said WHERE " + answer.rows() + ")", answer.arguments());
    } else {
      addOther(
          "EXISTS (SELECT 1 FROM said WHERE said.pair_id = pair.pair_id AND " + answer.rows() + ")",
          answer.arguments());
    }
  }

  /** The label's own index serves what is not narrowed down yet; nothing where it is empty. */
  private void addLabel(String label) {
    if (label.isEmpty()) {
      return;
    }
    if (lead.isEmpty()) {
      from = "label JOIN pair ON pair.id = label.id";
      id = "label.id";
      lead("label.name = ?", List.of(label));
    } else {
      addOther(
          "EXISTS (SELECT 1 FROM label WHERE label.name = ? AND label.id = pair.id)",
          List.of(label));
    }
  }

  private void addWords(String words) {
    from = "word JOIN pair ON pair.id = word.rowid";
    id = "word.rowid";
    lead("word MATCH ?", List.of(words));
  }

  /**
   * An id, the digest of a picture or of one that it nearly copies, the beginning of one, or
   * coordinates; says whether it is any.
   */
  private boolean addNamed(String text, Database table) {
    Optional<Origin> at = OriginHeader.parse(text);
    if (at.isPresent()) {
      List<Object> place =
          List.of(at.get().getTopic(), at.get().getPartition(), at.get().getOffset());
      if (table.has("SELECT 1 FROM pair WHERE " + PairSearch.AT, place.toArray())) {
        lead(PairSearch.AT, place);
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
    if (!table.has("SELECT 1 FROM pair WHERE " + beginning, all.toArray())) {
      return false;
    }
    lead(beginning, all);
    return true;
  }
}
