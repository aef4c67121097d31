package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.actions.Actor;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.review.Decision;
import io.pairstream.operations.review.ReplayQuarantine;
import io.pairstream.operations.review.ReplayReport;
import io.pairstream.operations.review.ReplaySelection;
import io.pairstream.operations.review.ReviewDesk;
import io.pairstream.operations.review.ReviewResult;
import io.pairstream.operations.review.Verdict;
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
  private record Replayed(boolean plan, @JsonUnwrapped ReplayReport report) {}

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
    ReplaySelection selection =
        checked(
            "--",
            () ->
                new ReplaySelection(
                    QuarantineCommand.checkedReason(reason, this),
                    Optional.ofNullable(source),
                    limit == null ? Integer.MAX_VALUE : limit));
    ReplayQuarantine replay = new ReplayQuarantine(cluster, Clock.systemUTC());
    ReplayReport report;
    try (Progress progress = progress()) {
      report =
          plan
              ? replay.plan(selection, verdict)
              : replay.send(selection, verdict, sent -> progress.show("%,d sent", sent));
    }
    answer(new Replayed(plan, report), () -> print(report));
    return ExitStatus.DONE;
  }

  private int replayNamed(ClusterAccess cluster, Verdict verdict) {
    require(
        reason == null && source == null && limit == null,
        "PAIR_ID names the pairs; --reason, --source and --limit are for all of the quarantine, so"
            + " leave either away");
    ReviewDesk desk = new ReviewDesk(cluster, "quarantine.replay", Clock.systemUTC());
    List<ReviewResult> results = plan ? desk.plan(ids, verdict) : desk.decide(ids, verdict);
    long sent = results.stream().filter(ReviewResult::done).count();
    answer(new ReplayedOnes(plan, sent, results), () -> results.forEach(this::print));
    return sent == results.size() ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private void print(ReviewResult result) {
    String said =
        switch (result.outcome()) {
          case DONE -> plan ? "can go" : "sent";
          case FAILED -> "not sent";
          case UNKNOWN -> "unknown";
        };
    print("%-34s %-8s %s", result.id(), said, result.detail());
  }

  private void print(ReplayReport report) {
    print("%d pairs %s", report.sent(), plan ? "would be sent again" : "sent again");
    report.reasons().forEach((name, count) -> print("  %-24s %d", name, count));
    if (report.left() > 0) {
      String next = "; the same command sends the next " + Math.min(limit, report.left());
      print("%d left beyond --limit%s", report.left(), plan ? "" : next);
    }
    count("%d left alone: they were sent again before; --again sends them", report.before());
    count("%d left alone: they have been decided anew since", report.elsewhere());
    count(
        "%d left alone: their bytes are not kept"
            + (accept ? ", or nobody can waive their reason" : ""),
        report.unusable());
  }
}
