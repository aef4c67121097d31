package io.pairstream.curation.history;

import io.pairstream.curation.review.QuarantineEntry;
import io.pairstream.curation.takedown.TakedownEvent;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.wire.Topic;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Finds the records that tell what became of one pair. */
public interface PairRecords {

  /** The last value of a key on the topic of receipts, uploads, takedowns or reviews. */
  <T> Optional<T> last(Topic<T> topic, String key);

  /**
   * The newest entry of quarantine with that key: a pair id, or coordinates where there is none.
   */
  Optional<QuarantineEntry> entry(String key);

  /**
   * The entry of quarantine that a raw record became.
   *
   * @param key that the entry has
   * @param arrivedAt a time before which Kafka did not have the raw record
   */
  Optional<QuarantineEntry> entryOf(String key, Origin raw, Instant arrivedAt);

  /** Id of the published pair that has a picture; empty where none has. */
  Optional<String> published(String imageDigest);

  /** Who withdrew or lifted these, or what they were part of, oldest first. */
  List<TakedownEvent> events(String pairId, Collection<String> subjects);

  /** Answers of models about a published pair, by card and name. */
  List<AnswerNote> answers(String pairId);

  /** Reviews of an entry, in any order. */
  Collection<Review> reviews(Origin entry);
}
