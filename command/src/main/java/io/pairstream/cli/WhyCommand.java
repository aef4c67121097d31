package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.cluster.ClusterAccess;
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
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pairstream why}: what became of one pair or link, and why. */
@Command(name = "why")
final class WhyCommand implements Callable<Integer> {

  /** In JSON, where a pair stands of which nothing is known. */
  private static final String UNKNOWN = "UNKNOWN";

  @Mixin private ClusterOptions options;

  @Parameters(paramLabel = "ID")
  private String id;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Optional<PairAnswer> found = new PairHistory(new ClusterAccess(options.cluster())).find(id);
    PrintWriter out = spec.commandLine().getOut();
    if (found.isEmpty()) {
      if (options.json()) {
        out.println(new JsonMapper().createObjectNode().put("id", id).put("standing", UNKNOWN));
      } else {
        spec.commandLine()
            .getErr()
            .println(
                "pairstream: nothing is known of "
                    + TerminalText.plain(id)
                    + "; an id has 32 hex digits, coordinates are topic-partition-offset, and what"
                    + " did not come by HTTP has no id here before it is judged or fetched");
      }
      return ExitStatus.FOUND_WRONG;
    }
    if (options.json()) {
      out.println(json(found.get()));
    } else {
      print(found.get(), out);
    }
    return ExitStatus.DONE;
  }

  private static void print(PairAnswer answer, PrintWriter out) {
    boolean isLink = answer.kind().equals(PairAnswer.LINK);
    line(out, "link", isLink ? answer.upload().map(Upload::getId).orElse("(no id)") : "");
    answer.upload().ifPresent(upload -> line(out, "url", upload.getUrl()));
    line(out, "pair", answer.pairId().isEmpty() && !isLink ? "(unreadable)" : answer.pairId());
    line(out, "stands", answer.standing());
    line(out, "reason", answer.reason());
    line(out, "", answer.detail());
    if (answer.standing().equals(PairStatus.WITHDRAWN.name())) {
      line(out, "", "its record is removed on purpose; the raw one stays until its topic drops it");
    }
    answer
        .quarantined()
        .map(QuarantineEntry::pair)
        .ifPresent(
            pair -> {
              line(out, "measured", pair.getMeasured());
              line(out, "limit", pair.getLimit());
              line(out, "step", pair.getStep());
            });
    pastEvents(answer).forEach(event -> line(out, name(event), says(event, answer.pairId())));
    answer.takedown().ifPresent(takedown -> line(out, "withdrawn", TakedownCommand.says(takedown)));
    answer.reviews().forEach(review -> line(out, "review", says(review, answer.pairId())));
    answer
        .admission()
        .ifPresent(
            admission -> {
              line(out, "review", says(admission, answer.pairId()));
              line(out, "waived", String.join(", ", admission.waived()));
            });
    answer.remedy().ifPresent(remedy -> line(out, "remedy", remedy));
    answer.receipt().ifPresent(receipt -> line(out, "copies", "" + receipt.getCopies()));
    line(out, "came as", OriginHeader.text(answer.origin()));
    line(out, "received", answer.receivedAt().map(Instant::toString).orElse("(not said)"));
    answer.receipt().ifPresent(receipt -> line(out, "decided", receipt.getDecidedAt().toString()));
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

  private static String name(TakedownEvent event) {
    return isLift(event) ? "lifted" : "withdrawn";
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

  private static ObjectNode json(Admission admission) {
    ObjectNode object =
        new JsonMapper()
            .createObjectNode()
            .put("id", admission.reviewId())
            .put("recorded", admission.review().isPresent());
    admission.review().ifPresent(review -> put(object, review));
    admission.waived().forEach(object.putArray("waived")::add);
    return object;
  }

  private static ObjectNode put(ObjectNode object, Review review) {
    return object
        .put("decision", review.getDecision())
        .put("reviewer", review.getReviewer())
        .put("comment", review.getComment())
        .put("reviewed_at", review.getReviewedAt().toString())
        .put("pair_id", review.getPairId())
        .put("sent_pair_id", review.getSentPairId());
  }

  private static void line(PrintWriter out, String name, String value) {
    if (!value.isEmpty()) {
      out.printf("%-10s %s%n", name, TerminalText.plain(value));
    }
  }

  private static ObjectNode json(PairAnswer answer) {
    ObjectNode object =
        new JsonMapper()
            .createObjectNode()
            .put("id", answer.id())
            .put("kind", answer.kind())
            .put("pair_id", answer.pairId())
            .put("standing", answer.standing())
            .put("reason", answer.reason())
            .put("detail", answer.detail());
    answer
        .quarantined()
        .map(QuarantineEntry::pair)
        .ifPresent(
            pair ->
                object
                    .put("measured", pair.getMeasured())
                    .put("limit", pair.getLimit())
                    .put("step", pair.getStep())
                    .put("recipe_version", pair.getRecipeVersion()));
    answer.takedown().ifPresent(takedown -> object.set("takedown", TakedownCommand.json(takedown)));
    ArrayNode events = object.putArray("takedowns");
    answer.events().forEach(event -> events.add(event.json()));
    ArrayNode reviews = object.putArray("reviews");
    answer
        .reviews()
        .forEach(review -> put(reviews.addObject().put("id", review.getReviewId()), review));
    answer.admission().ifPresent(admission -> object.set("review", json(admission)));
    answer.remedy().ifPresent(remedy -> object.put("remedy", remedy));
    answer
        .upload()
        .map(Upload::getUrl)
        .filter(url -> !url.isEmpty())
        .ifPresent(url -> object.put("url", url));
    answer
        .receipt()
        .ifPresent(
            receipt ->
                object
                    .put("copies", receipt.getCopies())
                    .put("image_digest", receipt.getImageDigest())
                    .put("decided_at", receipt.getDecidedAt().toString()));
    object
        .putObject("origin")
        .put("topic", answer.origin().getTopic())
        .put("partition", answer.origin().getPartition())
        .put("offset", answer.origin().getOffset());
    return object.put("received_at", answer.receivedAt().map(Instant::toString).orElse(null));
  }
}
