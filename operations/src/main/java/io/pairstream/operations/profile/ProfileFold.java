package io.pairstream.operations.profile;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.words.ContentWords;
import io.pairstream.operations.catalogue.CatalogueFold;
import io.pairstream.operations.catalogue.Place;
import io.pairstream.operations.catalogue.Sent;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.service.table.Database;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Keeps the profile in the catalogue's tables: how many pairs have which value, by where they stand
 * and by kind of source. What a pair counts as is kept beside, to be taken out again when it stands
 * elsewhere.
 */
public final class ProfileFold implements CatalogueFold {

  private static final String TALLY =
      "INSERT INTO tally SELECT ?, ?, value ->> 0, value ->> 1, ? FROM json_each(?) WHERE true"
          + " ON CONFLICT DO UPDATE SET pairs = pairs + excluded.pairs";

  private static final String PRODUCER =
      "INSERT INTO producer VALUES (?, ?, ?, ?)"
          + " ON CONFLICT DO UPDATE SET records = records + excluded.records";

  private final Map<String, PairStatus> splits;
  private Optional<ContentWords> words = Optional.empty();

  /**
   * @param topics the data set's
   */
  public ProfileFold(PairTopics topics) {
    this.splits =
        Map.of(
            topics.training().name(), PairStatus.TRAINING,
            topics.validation().name(), PairStatus.VALIDATION,
            topics.test().name(), PairStatus.TEST);
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public List<String> schema() {
    return List.of(
        "CREATE TABLE judged (key TEXT PRIMARY KEY, accepted TEXT, rejected TEXT,"
            + " is_withdrawn INTEGER)",
        "CREATE TABLE tally (standing TEXT, source_kind TEXT, dimension TEXT, value TEXT,"
            + " pairs INTEGER, PRIMARY KEY (standing, source_kind, dimension, value))"
            + " WITHOUT ROWID",
        "CREATE TABLE producer (source_kind TEXT, contributor TEXT, outcome TEXT,"
            + " records INTEGER, PRIMARY KEY (contributor, source_kind, outcome)) WITHOUT ROWID",
        "CREATE TABLE since (at INTEGER)");
  }

  @Override
  public void prepared(PreparedPair pair, Place place, Database table) {
    Facts facts =
        Facts.of(
            pair,
            splits.get(place.topic()),
            words().of(pair.getCaption(), pair.getLanguage(), Facts.MOST_WORDS));
    change(pair.getPairId(), state -> state.accept(facts), table);
  }

  @Override
  public void quarantined(
      String key, QuarantinedPair pair, Optional<Sent> sent, Place place, Database table) {
    Facts facts = Facts.of(pair, sent);
    if (pair.getReason().equals(RejectReason.DUPLICATE_PAIR.name())) {
      table.update(PRODUCER, facts.sourceKind(), facts.contributor(), Facts.COPY, 1);
      noteTime(facts, table);
    } else {
      change(key, state -> state.reject(facts), table);
    }
  }

  @Override
  public void receipt(String key, Receipt receipt, Place place, Database table) {
    if (!receipt.getPairId().isEmpty() && !receipt.getPairId().equals(key)) {
      return; // of an old record of a pair that was let in again
    }
    withdraw(key, receipt.getStanding().equals(PairStatus.WITHDRAWN.name()), table);
  }

  @Override
  public void removed(String key, Place place, Database table) {
    PairStatus standing = splits.get(place.topic());
    if (standing == null) {
      withdraw(key, false, table);
    } else {
      change(key, state -> state.remove(standing), table);
    }
  }

  /** Read with the first record that has a caption: the dictionaries take a second. */
  private ContentWords words() {
    if (words.isEmpty()) {
      words = Optional.of(new ContentWords());
    }
    return words.get();
  }

  /** Most receipts change nothing here, and what the pair counts as need not be read. */
  private static void withdraw(String key, boolean withdrawn, Database table) {
    boolean was =
        table
            .first("SELECT is_withdrawn FROM judged WHERE key = ?", row -> row.getBoolean(1), key)
            .orElse(false);
    if (was != withdrawn) {
      change(key, state -> state.withWithdrawn(withdrawn), table);
    }
  }

  private static void change(String key, UnaryOperator<PairState> change, Database table) {
    PairState before =
        table
            .first(
                "SELECT accepted, rejected, is_withdrawn FROM judged WHERE key = ?",
                row ->
                    new PairState(
                        Optional.ofNullable(row.getString(1)).map(Facts::read),
                        Optional.ofNullable(row.getString(2)).map(Facts::read),
                        row.getBoolean(3)),
                key)
            .orElse(PairState.NOTHING);
    PairState after = change.apply(before);
    if (after.equals(before)) {
      return;
    }
    if (after.equals(PairState.NOTHING)) {
      table.update("DELETE FROM judged WHERE key = ?", key);
    } else {
      table.update(
          "INSERT OR REPLACE INTO judged VALUES (?, ?, ?, ?)",
          key,
          after.accepted().map(Facts::json).orElse(null),
          after.rejected().map(Facts::json).orElse(null),
          after.withdrawn());
    }
    if (!after.counted().equals(before.counted())) {
      before.counted().ifPresent(facts -> count(facts, -1, table));
      after.counted().ifPresent(facts -> count(facts, 1, table));
      after.counted().ifPresent(facts -> noteTime(facts, table));
    }
  }

  private static void count(Facts facts, int more, Database table) {
    table.update(TALLY, facts.standing().name(), facts.sourceKind(), more, facts.valuesAsJson());
    if (!facts.outcome().isEmpty()) {
      table.update(PRODUCER, facts.sourceKind(), facts.contributor(), facts.outcome(), more);
    }
    if (more < 0) {
      table.update(
          "DELETE FROM tally WHERE pairs = 0 AND standing = ? AND source_kind = ? AND"
              + " (dimension, value) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
          facts.standing().name(),
          facts.sourceKind(),
          facts.valuesAsJson());
      table.update(
          "DELETE FROM producer WHERE records = 0 AND contributor = ?", facts.contributor());
    }
  }

  private static void noteTime(Facts facts, Database table) {
    if (facts.at() > 0 && table.update("UPDATE since SET at = min(at, ?)", facts.at()) == 0) {
      table.update("INSERT INTO since VALUES (?)", facts.at());
    }
  }
}
