package io.pairstream.operate.catalogue;

import io.pairstream.schemas.Review;
import java.time.Instant;

/**
 * A person's decision about a pair. Comment and caption are people's words: hostile text.
 *
 * @param decision ACCEPTED, RECAPTIONED, REPLAYED or REJECTED
 * @param comment the comment's beginning, at most 2,000 characters
 * @param caption the reviewer's, at most 1,000 characters of it; empty where the pair keeps its own
 * @param sentPairId id of the pair that was sent again; empty where none was
 */
public record ReviewNote(
    String reviewId,
    String decision,
    String reviewer,
    String comment,
    String caption,
    String sentPairId,
    Instant reviewedAt) {

  private static final int LONGEST_COMMENT = 2_000;
  private static final int LONGEST_CAPTION = 1_000;

  static ReviewNote of(Review review) {
    return new ReviewNote(
        review.getReviewId(),
        review.getDecision(),
        review.getReviewer(),
        PairRow.cut(review.getComment(), LONGEST_COMMENT),
        PairRow.cut(review.getCaption(), LONGEST_CAPTION),
        review.getSentPairId(),
        review.getReviewedAt());
  }
}
