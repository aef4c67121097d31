package io.pairstream.operate.review;

import io.pairstream.operate.sentence.Sentence;
import io.pairstream.operate.sentence.Template;
import io.pairstream.schemas.Review;

/**
 * What became of a decision about one pair.
 *
 * @param id as it was asked: a pair id, or coordinates
 * @param reviewId names the decision; empty unless it stands
 * @param sentPairId id of the pair that was sent again; empty where none was, and of a record that
 *     cannot be read
 * @param detail in a sentence
 */
public record ReviewResult(
    String id, Outcome outcome, String reviewId, String sentPairId, Sentence detail) {

  /** Whether it stands. */
  public enum Outcome {
    /** It does, now or from before. */
    DONE,
    /** It does not, and will not. */
    FAILED,
    /** Kafka was asked to commit it and did not answer; who asks again is told. */
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
