package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.actions.Actor;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.review.Decision;
import io.pairstream.operations.review.ReplayQuarantine;
import io.pairstream.operations.review.ReplayReport;
import io.pairstream.operations.review.ReplaySelection;
import io.pairstream.operations.review.ReviewDesk;
import io.pairstream.operations.review.ReviewResult;
import io.pairstream.operations.review.Verdict;
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pairstream quarantine replay}: pairs that were turned away, once more. */
@Command(name = "replay")
final class QuarantineReplayCommand implements Callable<Integer> {

  private static final String USUAL_COMMENT = "judged again by the present rules";
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
  private static final Pattern RATE = Pattern.compile("([0-9]{1,6}(?:\\.[0-9]{1,3})?)(?:/s)?");

  @Mixin private ClusterOptions options;

  @Spec private CommandSpec spec;

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

  @Option(names = "--rate", paramLabel = "N/s")
  private String rate;

  @Option(names = "--again")
  private boolean again;

  @Override
  public Integer call() {
    Verdict verdict = verdict();
    ClusterAccess cluster = new ClusterAccess(options.cluster());
    if (!ids.isEmpty()) {
      return replayNamed(cluster, verdict);
    }
    ReplaySelection selection = selection();
    double perSecond = perSecond();
    ReplayQuarantine replay = new ReplayQuarantine(cluster, Clock.systemUTC());
    ReplayReport report =
        plan
            ? replay.plan(selection, verdict)
            : replay.send(selection, verdict, perSecond, progress());
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println(json(report));
    } else {
      print(report, out);
    }
    return ExitStatus.DONE;
  }

  private int replayNamed(ClusterAccess cluster, Verdict verdict) {
    if (reason != null || source != null || limit != null || rate != null) {
      throw wrong(
          "PAIR_ID names the pairs; --reason, --source, --limit and --rate are for all of the"
              + " quarantine, so leave either away");
    }
    ReviewDesk desk = new ReviewDesk(cluster, "quarantine.replay", Clock.systemUTC());
    List<ReviewResult> results = plan ? desk.plan(ids, verdict) : desk.decide(ids, verdict);
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println(json(results));
    } else {
      for (ReviewResult result : results) {
        out.printf(
            "%-34s %-8s %s%n",
            TerminalText.plain(result.id()),
            said(result.outcome()),
            TerminalText.plain(result.detail()));
      }
    }
    return results.stream().allMatch(ReviewResult::done) ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private String said(ReviewResult.Outcome outcome) {
    return switch (outcome) {
      case DONE -> plan ? "can go" : "sent";
      case FAILED -> "not sent";
      case UNKNOWN -> "unknown";
    };
  }

  private Verdict verdict() {
    if (accept && (comment == null || comment.isBlank())) {
      throw wrong("--accept needs --comment WHY: what a person lets in, a person answers for");
    }
    try {
      return new Verdict(
          accept ? Decision.ACCEPTED : Decision.REPLAYED,
          "",
          comment == null ? USUAL_COMMENT : comment,
          again,
          Actor.atTheCommandLine());
    } catch (IllegalArgumentException e) {
      throw wrong("--" + e.getMessage());
    }
  }

  private ReplaySelection selection() {
    if (reason == null && source == null && limit == null) {
      throw wrong("say which: PAIR_ID, or --reason, --source or --limit");
    }
    try {
      return new ReplaySelection(
          QuarantineCommand.checkedReason(reason, spec),
          Optional.ofNullable(source),
          limit == null ? Integer.MAX_VALUE : limit);
    } catch (IllegalArgumentException e) {
      throw wrong("--" + e.getMessage());
    }
  }

  private double perSecond() {
    if (rate == null) {
      return Double.POSITIVE_INFINITY;
    }
    Matcher matcher = RATE.matcher(rate);
    double perSecond = matcher.matches() ? Double.parseDouble(matcher.group(1)) : 0;
    if (!(perSecond > 0)) {
      throw wrong("--rate must be a number above 0, such as 50/s; was '" + rate + "'");
    }
    return perSecond;
  }

  private LongConsumer progress() {
    PrintWriter err = spec.commandLine().getErr();
    long[] toldAt = {System.nanoTime()};
    return sent -> {
      if (System.nanoTime() - toldAt[0] > BETWEEN_LINES.toNanos()) {
        toldAt[0] = System.nanoTime();
        err.printf(Locale.ROOT, "%,d sent%n", sent);
        err.flush();
      }
    };
  }

  private void print(ReplayReport report, PrintWriter out) {
    out.printf(
        Locale.ROOT, "%d pairs %s%n", report.sent(), plan ? "would be sent again" : "sent again");
    report
        .reasons()
        .forEach((name, count) -> out.printf("  %-24s %d%n", TerminalText.plain(name), count));
    if (report.left() > 0) {
      out.printf(
          Locale.ROOT,
          "%d left beyond --limit%s%n",
          report.left(),
          plan ? "" : "; the same command sends the next " + Math.min(limit, report.left()));
    }
    if (report.earlier() > 0) {
      out.println(
          report.earlier()
              + " left alone: this run sent them before it was interrupted; with another"
              + " --comment it is another run");
    }
    if (report.before() > 0) {
      out.println(report.before() + " left alone: they were sent again before; --again sends them");
    }
    if (report.elsewhere() > 0) {
      out.println(report.elsewhere() + " left alone: they have been decided anew since");
    }
    if (report.unusable() > 0) {
      out.println(
          report.unusable()
              + " left alone: "
              + (accept
                  ? "their bytes are not kept, or nobody can waive their reason"
                  : "their bytes are not kept"));
    }
  }

  private ObjectNode json(ReplayReport report) {
    ObjectNode object =
        new JsonMapper()
            .createObjectNode()
            .put("plan", plan)
            .put("sent", report.sent())
            .put("left", report.left())
            .put("earlier", report.earlier())
            .put("before", report.before())
            .put("elsewhere", report.elsewhere())
            .put("unusable", report.unusable());
    ObjectNode reasons = object.putObject("reasons");
    report.reasons().forEach(reasons::put);
    return object;
  }

  private ObjectNode json(List<ReviewResult> results) {
    ObjectNode object = new JsonMapper().createObjectNode().put("plan", plan);
    object.put("sent", results.stream().filter(ReviewResult::done).count());
    ArrayNode all = object.putArray("results");
    for (ReviewResult result : results) {
      all.addObject()
          .put("id", result.id())
          .put("outcome", result.outcome().name())
          .put("review_id", result.reviewId())
          .put("sent_pair_id", result.sentPairId())
          .put("detail", result.detail());
    }
    return object;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
