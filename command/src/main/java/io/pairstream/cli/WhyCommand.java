package io.pairstream.cli;

import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.operations.takedown.TakedownEvent;
import io.pairstream.operations.why.Admission;
import io.pairstream.operations.why.PairAnswer;
import io.pairstream.operations.why.PairHistory;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.wire.OriginHeader;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pairstream why}: what became of one pair or link, and why. */
@Command(name = "why")
final class WhyCommand extends ClusterCommand {

  @Parameters(paramLabel = "ID")
  private String id;

  /** Nothing is known of it. */
  private record Unknown(String id, String standing) {}

  @Override
  public Integer call() {
    Optional<PairAnswer> found = new PairHistory(access()).find(id);
    if (found.isEmpty()) {
      answer(
          new Unknown(id, "UNKNOWN"),
          () ->
              complain(
                  "nothing is known of "
                      + id
                      + "; an id has 32 hex digits, coordinates are topic-partition-offset, and what"
                      + " did not come by HTTP has no id here before it is judged or fetched"));
      return ExitStatus.FOUND_WRONG;
    }
    answer(found.get(), () -> print(found.get()));
    return ExitStatus.DONE;
  }

  private void print(PairAnswer answer) {
    boolean isLink = answer.kind().equals(PairAnswer.LINK);
    field("link", isLink ? answer.upload().map(Upload::getId).orElse("(no id)") : "");
    field("url", answer.upload().map(Upload::getUrl).orElse(""));
    field("pair", answer.pairId().isEmpty() && !isLink ? "(unreadable)" : answer.pairId());
    field("stands", answer.standing());
    field("reason", answer.reason());
    field("", answer.detail());
    if (answer.standing().equals(PairStatus.WITHDRAWN.name())) {
      field("", "its record is removed on purpose; the raw one stays until its topic drops it");
    }
    answer
        .quarantined()
        .map(QuarantineEntry::pair)
        .ifPresent(
            pair -> {
              field("measured", pair.getMeasured());
              field("limit", pair.getLimit());
              field("step", pair.getStep());
            });
    List<TakedownEvent> events = answer.events();
    events.forEach(
        event -> field(isLift(event) ? "lifted" : "withdrawn", says(event, answer.pairId())));
    if (events.isEmpty() || isLift(events.get(events.size() - 1))) {
      field("withdrawn", answer.takedown().map(TakedownCommand::says).orElse(""));
    }
    answer.reviews().forEach(review -> field("review", says(review, answer.pairId())));
    answer
        .admission()
        .ifPresent(
            admission -> {
              field("review", says(admission, answer.pairId()));
              field("waived", String.join(", ", admission.waived()));
            });
    field("remedy", answer.remedy().orElse(""));
    answer.receipt().ifPresent(receipt -> field("copies", "" + receipt.getCopies()));
    field("came as", OriginHeader.text(answer.origin()));
    field("received", answer.receivedAt().map(Instant::toString).orElse("(not said)"));
    answer.receipt().ifPresent(receipt -> field("decided", receipt.getDecidedAt().toString()));
  }

  private static boolean isLift(TakedownEvent event) {
    return event.what().equals(TakedownEvent.LIFTED);
  }

  private static String says(TakedownEvent event, String pairId) {
    return "on "
        + event.at()
        + " by "
        + event.by()
        + (event.subject().equals(TakedownKind.PAIR.key(pairId)) ? "" : " with " + event.subject())
        + (event.cause().isEmpty() ? "" : " because: " + event.cause());
  }

  /** By whom it was let in, and why. */
  private static String says(Admission admission, String pairId) {
    return admission
        .review()
        .map(review -> says(review, pairId))
        .orElse(
            admission.reviewId()
                + ", of which there is no record: the producer claims it, nobody let the pair in");
  }

  private static String says(Review review, String pairId) {
    String said =
        "%s: %s on %s by %s%s"
            .formatted(
                review.getReviewId(),
                review.getDecision(),
                review.getReviewedAt(),
                review.getReviewer(),
                review.getComment().isEmpty() ? "" : " because: " + review.getComment());
    if (!review.getPairId().isEmpty() && !review.getPairId().equals(pairId)) {
      return said + "; it was " + review.getPairId();
    }
    return review.getSentPairId().isEmpty() || review.getSentPairId().equals(pairId)
        ? said
        : said + "; it is now " + review.getSentPairId();
  }
}
