package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.actions.Actor;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.review.ReviewDesk;
import io.pairstream.operations.review.ReviewResult;
import io.pairstream.operations.review.Verdict;
import io.pairstream.operations.review.Verdict.Decision;
import io.pairstream.terminal.Progress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream quarantine replay}: pairs that were rejected, once more. */
@Command(name = "replay")
final class QuarantineReplayCommand extends ClusterCommand {

  private static final String USUAL_COMMENT = "judged again by the present rules";

  @Parameters(paramLabel = "PAIR_ID", arity = "0..*")
  private List<String> ids = new ArrayList<>();

  @Option(names = "--reason", paramLabel = "REASON")
  private String reason;

  @Option(names = "--source", paramLabel = "SOURCE")
  private String source;

  @Option(names = "--limit", paramLabel = "N")
  private Integer limit;

  @Option(names = "--plan")
  private boolean plan;

  @Option(names = "--accept")
  private boolean accept;

  @Option(names = "--comment", paramLabel = "WHY")
  private String comment;

  @Option(names = "--again")
  private boolean again;

  /** A replay of a selection, as JSON. */
  private record Replayed(boolean plan, @JsonUnwrapped ReviewDesk.Report report) {}

  /** A replay of named pairs, as JSON. */
  private record ReplayedOnes(boolean plan, long sent, List<ReviewResult> results) {}

  @Override
  public Integer call() {
    require(
        !accept || (comment != null && !comment.isBlank()),
        "--accept needs --comment WHY: what a person lets in, a person answers for");
    Decision decision = accept ? Decision.ACCEPTED : Decision.REPLAYED;
    String why = comment == null ? USUAL_COMMENT : comment;
    Verdict verdict =
        checked("--", () -> new Verdict(decision, "", why, again, Actor.atTheCommandLine()));
    return ids.isEmpty() ? replaySelected(access(), verdict) : replayNamed(access(), verdict);
  }

  private int replaySelected(ClusterAccess cluster, Verdict verdict) {
    require(
        reason != null || source != null || limit != null,
        "say which: PAIR_ID, or --reason, --source or --limit");
    ReviewDesk.Selection selection =
        checked(
            "--",
            () ->
                new ReviewDesk.Selection(
                    QuarantineCommand.checkedReason(reason, this),
                    Optional.ofNullable(source),
                    limit == null ? Integer.MAX_VALUE : limit));
    ReviewDesk.Report report;
    try (Progress progress = progress()) {
      report =
          desk(cluster).replay(selection, verdict, plan, sent -> progress.show("%,d sent", sent));
    }
    answer(new Replayed(plan, report), () -> print(report));
    return ExitStatus.DONE;
  }

  private int replayNamed(ClusterAccess cluster, Verdict verdict) {
    require(
        reason == null && source == null && limit == null,
        "PAIR_ID names the pairs; --reason, --source and --limit are for all of the quarantine, so"
            + " leave either away");
    List<ReviewResult> results = desk(cluster).decide(ids, verdict, plan);
    long sent = results.stream().filter(ReviewResult::done).count();
    answer(new ReplayedOnes(plan, sent, results), () -> results.forEach(this::print));
    return sent == results.size() ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private static ReviewDesk desk(ClusterAccess cluster) {
    return new ReviewDesk(cluster, "quarantine.replay", Clock.systemUTC());
  }

  private void print(ReviewResult result) {
    String said =
        switch (result.outcome()) {
          case DONE -> plan ? "can go" : "sent";
          case FAILED -> "not sent";
          case UNKNOWN -> "unknown";
        };
    print("%-34s %-8s %s", result.id(), said, result.detail().text());
  }

  private void print(ReviewDesk.Report report) {
    print("%d %s", report.sent(), plan ? "would be sent again" : "sent again");
    report.reasons().forEach((name, count) -> print("  %-24s %d", name, count));
    if (report.left() > 0) {
      String next = "; the same command sends the next " + Math.min(limit, report.left());
      print("%d left beyond --limit%s", report.left(), plan ? "" : next);
    }
    count(
        "%d left alone: sent again or decided anew before, or nothing of them can be "
            + (accept ? "accepted" : "sent")
            + (again ? "" : "; --again sends those that were sent before"),
        report.skipped());
  }
}
