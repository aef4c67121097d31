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

/**
 * Keeps the profile in the catalogue's tables: how many pairs have which value, by where they stand
 * and by kind of source, models' answers among them; canaries count as none. What a pair counts as
 * is kept beside, to be taken out again when it stands elsewhere. The sums of a transaction's
 * records are written together.
 */
public record ProfileFold(PairTopics topics, ContentWords words) implements CatalogueFold {

  /** Pairs from which on a word is in the index of the most frequent ones. */
  static final int MANY = 100;

  /**
   * @param topics the data set's
   */
  public ProfileFold(PairTopics topics) {
    this(topics, new ContentWords());
  }

  @Override
  public Tables tables() {
    return Tables.of(
        10,
        "CREATE TABLE judged (key PRIMARY KEY, accepted BLOB, rejected BLOB, is_withdrawn INTEGER,"
            + " answers TEXT)"
            + " WITHOUT ROWID",
        "CREATE INDEX judged_withdrawn ON judged (is_withdrawn) WHERE is_withdrawn",
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
    String topic = event.place().topic();
    if (topic.equals(topics.pairAnswers().name())) {
      AnswerKey.parse(key)
          .ifPresent(
              of ->
                  changes.change(
                      of.pairId(), judged -> judged.answer(of.card(), (PairAnswer) event.value())));
    } else if (event.value() instanceof IndexedPair pair) {
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
        changes.withdraw(key, receipt.getStatus().equals(PairStatus.WITHDRAWN.name()));
      }
    } else if (topic.equals(topics.index().name()) || topics.splits().containsKey(topic)) {
      // Of splits, which are read beside each other, it may be in another one by now.
      changes.change(key, judged -> judged.remove(topics.splits().get(topic)));
    } else if (event.value() == null && topic.equals(topics.receipts().name())) {
      changes.withdraw(key, false);
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
