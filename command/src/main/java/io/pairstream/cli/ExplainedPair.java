package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.operations.takedown.TakedownEvent;
import io.pairstream.operations.why.Admission;
import io.pairstream.operations.why.PairAnswer;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Upload;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What became of a pair, as JSON; what is not known is absent, but for {@code receivedAt}. */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record ExplainedPair(
    String id,
    String kind,
    String pairId,
    String standing,
    String reason,
    String detail,
    Optional<String> measured,
    Optional<String> limit,
    Optional<String> step,
    Optional<String> recipeVersion,
    Optional<TakedownCommand.InForce> takedown,
    List<TakedownEvent> takedowns,
    List<Reviewed> reviews,
    Optional<Admitted> review,
    Optional<String> remedy,
    Optional<String> url,
    Optional<Long> copies,
    Optional<String> imageDigest,
    Optional<Instant> decidedAt,
    QuarantinedEntry.Coordinates origin,
    @JsonInclude Optional<Instant> receivedAt) {

  static ExplainedPair of(PairAnswer answer) {
    Optional<QuarantinedPair> quarantined = answer.quarantined().map(QuarantineEntry::pair);
    return new ExplainedPair(
        answer.id(),
        answer.kind(),
        answer.pairId(),
        answer.standing(),
        answer.reason(),
        answer.detail(),
        quarantined.map(QuarantinedPair::getMeasured),
        quarantined.map(QuarantinedPair::getLimit),
        quarantined.map(QuarantinedPair::getStep),
        quarantined.map(QuarantinedPair::getRecipeVersion),
        answer.takedown().map(TakedownCommand.InForce::of),
        answer.events(),
        answer.reviews().stream().map(Reviewed::of).toList(),
        answer.admission().map(Admitted::of),
        answer.remedy(),
        answer.upload().map(Upload::getUrl).filter(url -> !url.isEmpty()),
        answer.receipt().map(Receipt::getCopies),
        answer.receipt().map(Receipt::getImageDigest),
        answer.receipt().map(Receipt::getDecidedAt),
        QuarantinedEntry.Coordinates.of(answer.origin()),
        answer.receivedAt());
  }

  /** A decision about the pair. */
  record Reviewed(String id, @JsonUnwrapped Decided decided) {

    static Reviewed of(Review review) {
      return new Reviewed(review.getReviewId(), Decided.of(review));
    }
  }

  /** What was decided. */
  record Decided(
      String decision,
      String reviewer,
      String comment,
      Instant reviewedAt,
      String pairId,
      String sentPairId) {

    static Decided of(Review review) {
      return new Decided(
          review.getDecision(),
          review.getReviewer(),
          review.getComment(),
          review.getReviewedAt(),
          review.getPairId(),
          review.getSentPairId());
    }
  }

  /** The decision by which the pair was let in; of some there is no record. */
  record Admitted(
      String id, boolean recorded, @JsonUnwrapped Decided decided, List<String> waived) {

    static Admitted of(Admission admission) {
      return new Admitted(
          admission.reviewId(),
          admission.review().isPresent(),
          admission.review().map(Decided::of).orElse(null),
          admission.waived());
    }
  }
}
