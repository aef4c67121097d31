package io.pairstream.curation.review;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.schemas.Review;

/**
 * Outcome of a decision about one pair.
 *
 * @param id as it was asked: a pair id, or coordinates
 * @param reviewId names the decision; empty unless it stands
 * @param sentPairId id of the pair that was sent again; empty where none was, and of a record that
 *     cannot be read
 * @param detail in a sentence
 */
public record ReviewResult(
    String id, Outcome outcome, String reviewId, String sentPairId, Sentence detail) {

  /** Whether the decision stands. */
  public enum Outcome {
    /** The decision stands, now or from before. */
    DONE,
    /** The decision does not stand, and will not. */
    FAILED,
    /** Kafka was asked to commit the decision and did not answer; asking again tells. */
    UNKNOWN
  }

  static ReviewResult done(String id, Review review, Sentence detail) {
    return new ReviewResult(id, Outcome.DONE, review.getReviewId(), review.getSentPairId(), detail);
  }

  static ReviewResult failed(String id, Sentence detail) {
    return new ReviewResult(id, Outcome.FAILED, "", "", detail);
  }

  static ReviewResult unknown(String id) {
    return new ReviewResult(id, Outcome.UNKNOWN, "", "", Template.NO_ANSWER.with());
  }

  public boolean done() {
    return outcome == Outcome.DONE;
  }
}
