package io.pairstream.operate.profile;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.words.ContentWords;
import io.pairstream.operate.catalogue.AnswerKey;
import io.pairstream.operate.catalogue.CatalogueFold;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.table.Database;
import java.util.List;
import java.util.Map;

/**
 * Keeps the profile in the catalogue's tables: how many pairs have which value, by where they stand
 * and by kind of source, models' answers among them; canaries count as none. What a pair counts as
 * is kept beside, to be taken out again when it stands elsewhere. The sums of a transaction's
 * records are written together.
 */
public final class ProfileFold implements CatalogueFold {

  /** Pairs from which on a word is in the index of the most frequent ones. */
  static final int MANY = 100;

  private final Map<String, PairStatus> splits;
  private final String index;
  private final String receipts;
  private final String answers;
  private final ContentWords words = new ContentWords();

  /**
   * @param topics the data set's
   */
  public ProfileFold(PairTopics topics) {
    this.receipts = topics.receipts().name();
    this.answers = topics.pairAnswers().name();
    this.splits = topics.splits();
    this.index = topics.index().name();
  }

  @Override
  public int version() {
    return 9;
  }

  @Override
  public List<String> schema() {
    return List.of(
        "CREATE TABLE judged (key PRIMARY KEY, accepted BLOB, rejected BLOB, is_withdrawn INTEGER,"
            + " answers BLOB)"
            + " WITHOUT ROWID",
        "CREATE TABLE tally (status TEXT, source_kind TEXT, dimension TEXT, value TEXT,"
            + " pairs INTEGER, PRIMARY KEY (dimension, value, status, source_kind))"
            + " WITHOUT ROWID",
        "CREATE INDEX tally_most ON tally (dimension, status, source_kind, pairs)"
            + " WHERE dimension = 'word' AND pairs >= "
            + MANY,
        "CREATE TABLE producer (source_kind TEXT, contributor TEXT, outcome TEXT,"
            + " records INTEGER, PRIMARY KEY (contributor, source_kind, outcome)) WITHOUT ROWID",
        "CREATE TABLE since (at INTEGER)",
        "INSERT INTO since VALUES (" + Long.MAX_VALUE + ")");
  }

  @Override
  public void applyAll(List<Event> events, Database table) {
    Changes changes = new Changes(table);
    events.forEach(event -> apply(event, changes));
    changes.write();
  }

  private void apply(Event event, Changes changes) {
    String key = event.key();
    if (event.place().topic().equals(answers)) {
      AnswerKey.parse(key)
          .ifPresent(
              of ->
                  changes.change(
                      of.pairId(), judged -> judged.answer(of.card(), (PairAnswer) event.value())));
      return;
    }
    if (event.value() instanceof IndexedPair pair) {
      Facts facts =
          Facts.of(pair, words.of(pair.getCaption(), pair.getLanguage(), Facts.MOST_WORDS));
      changes.change(key, judged -> judged.accept(facts));
    } else if (event.value() instanceof Rejected rejected) {
      if (!Canaries.is(
          rejected.sent().getMetadata().getContributor(), rejected.pair().getProducer())) {
        quarantined(key, Facts.of(rejected.pair(), rejected.sent()), changes);
      }
    } else if (event.value() instanceof Receipt receipt) {
      // Others are of an old record of a pair that was let in again.
      if (receipt.getPairId().isEmpty() || receipt.getPairId().equals(key)) {
        boolean withdrawn = receipt.getStatus().equals(PairStatus.WITHDRAWN.name());
        changes.change(key, judged -> judged.withdraw(withdrawn));
      }
    } else if (event.place().topic().equals(index) || splits.containsKey(event.place().topic())) {
      // Of splits, which are read beside each other, it may be in another one by now.
      changes.change(key, judged -> judged.remove(splits.get(event.place().topic())));
    } else if (event.value() == null && event.place().topic().equals(receipts)) {
      changes.change(key, judged -> judged.withdraw(false));
    }
  }

  private static void quarantined(String key, Facts facts, Changes changes) {
    if (facts.outcome().equals(RejectReason.DUPLICATE_PAIR.name())) {
      changes.add(facts, Facts.COPY, 1);
    } else {
      changes.change(key, judged -> judged.reject(facts));
    }
  }
}
