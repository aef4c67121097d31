package io.pairstream.cli;

import io.pairstream.operations.pairs.PairAnswer;
import io.pairstream.operations.pairs.PairHistory;
import io.pairstream.operations.review.QuarantineEntry;
import io.pairstream.operations.takedown.TakedownEvent;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.wire.OriginHeader;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pairstream why}: what became of one pair or link, and why. */
@Command(name = "why")
final class WhyCommand extends ClusterCommand {

  @Parameters(paramLabel = "ID")
  private String id;

  @Override
  public Integer call() {
    Optional<PairAnswer> found = new PairHistory(access()).find(id);
    if (found.isEmpty()) {
      return unknown(
          ("nothing is known of %s; an id has 32 hex digits, coordinates are"
                  + " topic-partition-offset, and what did not come by HTTP has no id here before it"
                  + " is judged or fetched")
              .formatted(id));
    }
    answer(found.get(), () -> print(found.get()));
    return ExitStatus.DONE;
  }

  private void print(PairAnswer answer) {
    String pairId = answer.pairId();
    boolean isLink = answer.kind().equals(PairAnswer.LINK);
    field("link", isLink ? answer.upload().map(Upload::getId).orElse("(no id)") : "");
    field("url", answer.upload().map(Upload::getUrl).orElse(""));
    field("pair", pairId.isEmpty() && !isLink ? "(unreadable)" : pairId);
    field("stands", answer.standing());
    field("reason", answer.reason());
    field("", answer.detail());
    if (isLink && answer.standing().equals(PairAnswer.RECEIVED)) {
      field("", "waits for a fetcher; `up --fetch-contact ADDRESS` starts one, as `fetch` does");
    }
    if (answer.standing().equals(PairStatus.WITHDRAWN.name())) {
      field("", "its record is removed on purpose; the raw one stays until its topic drops it");
    }
    Optional<QuarantinedPair> rejected = answer.quarantined().map(QuarantineEntry::pair);
    field("measured", rejected.map(QuarantinedPair::getMeasured).orElse(""));
    field("limit", rejected.map(QuarantinedPair::getLimit).orElse(""));
    field("step", rejected.map(QuarantinedPair::getStep).orElse(""));
    if (rejected.filter(pair -> !pair.getCopyOf().isEmpty()).isPresent()) {
      field("copy of", answer.copied().isEmpty() ? "(withdrawn)" : "pair " + answer.copied());
    }
    boolean isLifted = true;
    for (TakedownEvent event : answer.events()) {
      isLifted = event.what().equals(TakedownEvent.LIFTED);
      field(isLifted ? "lifted" : "withdrawn", says(event, pairId));
    }
    if (isLifted) {
      field("withdrawn", answer.takedown().map(TakedownCommand::says).orElse(""));
    }
    answer.reviews().forEach(review -> field("review", says(review, pairId)));
    answer
        .admission()
        .ifPresent(
            admission -> {
              String nobody =
                  "%s, of which there is no record: the producer claims it, nobody let the pair in"
                      .formatted(admission.reviewId());
              field("review", admission.review().map(by -> says(by, pairId)).orElse(nobody));
              field("waived", String.join(", ", admission.waived()));
            });
    field("remedy", answer.remedy().orElse(""));
    answer.receipt().ifPresent(receipt -> field("copies", receipt.getCopies()));
    // What an ingest API notes of a link is written before the link has an offset.
    field("came as", answer.origin().getOffset() < 0 ? "" : OriginHeader.text(answer.origin()));
    field("producer", answer.producer());
    field("received", answer.receivedAt().map(Instant::toString).orElse("(not said)"));
    answer.receipt().ifPresent(receipt -> field("decided", receipt.getDecidedAt()));
    field("seen by", rejected.isPresent() || isLink ? "" : Hint.of("exposure " + pairId));
  }

  private static String says(TakedownEvent event, String pairId) {
    boolean isItsOwn = event.subject().equals(TakedownKind.PAIR.key(pairId));
    return "on %s by %s%s%s"
        .formatted(
            event.at(),
            event.by(),
            isItsOwn ? "" : " with " + event.subject(),
            event.cause().isEmpty() ? "" : " because: " + event.cause());
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
