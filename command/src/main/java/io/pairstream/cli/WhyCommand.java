package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.quarantine.QuarantineEntry;
import io.pairstream.operations.why.Admission;
import io.pairstream.operations.why.PairAnswer;
import io.pairstream.operations.why.PairHistory;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pairstream why}: what became of one pair or link, and why. */
@Command(
    name = "why",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = {
      "Say what became of a pair or a link, and why.",
      "Exit status 1 if nothing is known of it."
    })
final class WhyCommand implements Callable<Integer> {

  /** In JSON, where a pair stands of which nothing is known. */
  private static final String UNKNOWN = "UNKNOWN";

  @Mixin private ClusterOptions options;

  @Parameters(
      paramLabel = "ID",
      description =
          "A pair id, a link id, or topic-partition-offset of a raw record, a link or an output.")
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
    answer
        .quarantined()
        .map(QuarantineEntry::pair)
        .ifPresent(
            pair -> {
              line(out, "measured", pair.getMeasured());
              line(out, "limit", pair.getLimit());
              line(out, "step", pair.getStep());
            });
    answer.takedown().ifPresent(takedown -> line(out, "withdrawn", TakedownCommand.says(takedown)));
    answer
        .admission()
        .ifPresent(
            admission -> {
              line(out, "review", says(admission));
              line(out, "waived", String.join(", ", admission.waived()));
            });
    answer.remedy().ifPresent(remedy -> line(out, "remedy", remedy));
    answer.receipt().ifPresent(receipt -> line(out, "copies", "" + receipt.getCopies()));
    line(out, "came as", OriginHeader.text(answer.origin()));
    line(out, "received", answer.receivedAt().map(Instant::toString).orElse("(not said)"));
    answer.receipt().ifPresent(receipt -> line(out, "decided", receipt.getDecidedAt().toString()));
  }

  /** By whom it was let in, and why. */
  private static String says(Admission admission) {
    return admission
        .review()
        .map(
            review ->
                "%s: %s on %s by %s%s"
                    .formatted(
                        admission.reviewId(),
                        review.getDecision(),
                        review.getReviewedAt(),
                        review.getReviewer(),
                        review.getComment().isEmpty() ? "" : " because: " + review.getComment()))
        .orElse(
            admission.reviewId()
                + ", of which there is no record: the producer claims it, nobody let the pair in");
  }

  private static ObjectNode json(Admission admission) {
    ObjectNode object =
        new JsonMapper()
            .createObjectNode()
            .put("id", admission.reviewId())
            .put("recorded", admission.review().isPresent());
    admission
        .review()
        .ifPresent(
            review ->
                object
                    .put("decision", review.getDecision())
                    .put("reviewer", review.getReviewer())
                    .put("comment", review.getComment())
                    .put("reviewed_at", review.getReviewedAt().toString()));
    admission.waived().forEach(object.putArray("waived")::add);
    return object;
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
