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
    answer(ExplainedPair.of(found.get()), () -> print(found.get()));
    return ExitStatus.DONE;
  }

  private void print(PairAnswer answer) {
    boolean isLink = answer.kind().equals(PairAnswer.LINK);
    line("link", isLink ? answer.upload().map(Upload::getId).orElse("(no id)") : "");
    line("url", answer.upload().map(Upload::getUrl).orElse(""));
    line("pair", answer.pairId().isEmpty() && !isLink ? "(unreadable)" : answer.pairId());
    line("stands", answer.standing());
    line("reason", answer.reason());
    line("", answer.detail());
    if (answer.standing().equals(PairStatus.WITHDRAWN.name())) {
      line("", "its record is removed on purpose; the raw one stays until its topic drops it");
    }
    answer
        .quarantined()
        .map(QuarantineEntry::pair)
        .ifPresent(
            pair -> {
              line("measured", pair.getMeasured());
              line("limit", pair.getLimit());
              line("step", pair.getStep());
            });
    pastEvents(answer)
        .forEach(
            event -> line(isLift(event) ? "lifted" : "withdrawn", says(event, answer.pairId())));
    line("withdrawn", answer.takedown().map(TakedownCommand::says).orElse(""));
    answer.reviews().forEach(review -> line("review", says(review, answer.pairId())));
    answer
        .admission()
        .ifPresent(
            admission -> {
              line("review", says(admission, answer.pairId()));
              line("waived", String.join(", ", admission.waived()));
            });
    line("remedy", answer.remedy().orElse(""));
    answer.receipt().ifPresent(receipt -> line("copies", "" + receipt.getCopies()));
    line("came as", OriginHeader.text(answer.origin()));
    line("received", answer.receivedAt().map(Instant::toString).orElse("(not said)"));
    answer.receipt().ifPresent(receipt -> line("decided", receipt.getDecidedAt().toString()));
  }

  private void line(String name, String value) {
    if (!value.isEmpty()) {
      print("%-10s %s", name, value);
    }
  }

  /**
   * All of them; where a takedown is in force, which tells of itself, those up to the last lift.
   */
  private static List<TakedownEvent> pastEvents(PairAnswer answer) {
    List<TakedownEvent> events = answer.events();
    int end = events.size();
    while (answer.takedown().isPresent() && end > 0 && !isLift(events.get(end - 1))) {
      end--;
    }
    return events.subList(0, end);
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
