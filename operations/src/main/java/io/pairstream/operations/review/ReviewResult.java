package io.pairstream.operations.review;

/**
 * What became of a decision about one pair.
 *
 * @param id as it was asked: a pair id, or coordinates
 * @param done whether the decision stands, now or from before
 * @param reviewId names it; empty where it does not stand
 * @param sentPairId id of the pair that was sent again; empty where none was, and of a record that
 *     cannot be read
 * @param detail in a sentence
 */
public record ReviewResult(
    String id, boolean done, String reviewId, String sentPairId, String detail) {

  static ReviewResult failed(String id, String detail) {
    return new ReviewResult(id, false, "", "", detail);
  }
}
