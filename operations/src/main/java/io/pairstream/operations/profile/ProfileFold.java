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
import io.pairstream.service.table.Table;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Keeps the profile in the catalogue's table. The sums are also held in memory, and read again
 * where the table holds others: after a start, and after a write that failed.
 */
public final class ProfileFold implements CatalogueFold {

  static final String PART = "profile";

  private final Map<String, PairStatus> splits;
  private Optional<ContentWords> words = Optional.empty();
  private Profile profile = new Profile();
  private long records;

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
  public String part() {
    return PART;
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public void prepared(PreparedPair pair, Place place, Table table) {
    PairStatus standing = splits.get(place.topic());
    Facts facts =
        Facts.of(
            pair, standing, words().of(pair.getCaption(), pair.getLanguage(), Facts.MOST_WORDS));
    change(pair.getPairId(), state -> state.accept(facts), table);
  }

  @Override
  public void quarantined(
      String key, QuarantinedPair pair, Optional<Sent> sent, Place place, Table table) {
    Facts facts = Facts.of(pair, sent);
    if (pair.getReason().equals(RejectReason.DUPLICATE_PAIR.name())) {
      catchUpWith(table);
      profile.addCopy(facts);
      write(table);
    } else {
      change(key, state -> state.reject(facts), table);
    }
  }

  @Override
  public void receipt(String key, Receipt receipt, Place place, Table table) {
    if (!receipt.getPairId().isEmpty() && !receipt.getPairId().equals(key)) {
      return; // of an old record of a pair that was let in again
    }
    boolean withdrawn = receipt.getStanding().equals(PairStatus.WITHDRAWN.name());
    change(key, state -> state.withWithdrawn(withdrawn), table);
  }

  @Override
  public void removed(String key, Place place, Table table) {
    PairStatus standing = splits.get(place.topic());
    change(
        key,
        state -> standing == null ? state.withWithdrawn(false) : state.remove(standing),
        table);
  }

  /** Read with the first record that has a caption: the dictionaries take a second. */
  private ContentWords words() {
    if (words.isEmpty()) {
      words = Optional.of(new ContentWords());
    }
    return words.get();
  }

  private void change(String key, UnaryOperator<PairState> change, Table table) {
    PairState before = ProfileTable.pair(key, table);
    PairState after = change.apply(before);
    if (after.equals(before)) {
      return;
    }
    catchUpWith(table);
    profile.change(before.counted(), after.counted());
    ProfileTable.put(key, after, table);
    write(table);
  }

  private void catchUpWith(Table table) {
    long inTable = ProfileTable.records(table::get);
    if (inTable != records) {
      profile = ProfileTable.read(table::scan);
      records = inTable;
    }
  }

  private void write(Table table) {
    records++;
    ProfileTable.write(profile, records, table);
  }
}
