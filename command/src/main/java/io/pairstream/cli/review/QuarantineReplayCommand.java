package io.pairstream.cli.review;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.FilesFrom;
import io.pairstream.cli.command.PairstreamCommand;
import io.pairstream.cli.command.Resumable;
import io.pairstream.cli.recipe.RecipeDiffCommand;
import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.review.ReviewDecision;
import io.pairstream.curation.review.ReviewDecision.Decision;
import io.pairstream.curation.review.ReviewDesk;
import io.pairstream.curation.review.ReviewResult;
import io.pairstream.curation.review.Selection;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.RememberingWorker;
import io.pairstream.platform.AppLayout;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.terminal.Progress;
import io.pairstream.tools.recipe.ReplayForecast;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream quarantine replay}: pairs that were rejected, once more. */
@Command(name = "replay")
final class QuarantineReplayCommand extends ClusterCommand implements Resumable {

  @Mixin FilesFrom filesFrom;

  private static final String EVENT = "quarantine.replay";
  private static final String USUAL_COMMENT = "judged again by the present rules";

  @Parameters(paramLabel = "PAIR_ID", arity = "0..*")
  private List<String> ids = new ArrayList<>();

  @Mixin private SelectionOptions selection;

  @Option(names = "--plan")
  private boolean plan;

  @Option(names = "--under", paramLabel = "NAME|FILE")
  private String under;

  @Option(names = "--accept")
  private boolean accept;

  @Option(names = "--comment", paramLabel = "WHY")
  private String comment;

  @Option(names = "--again")
  private boolean again;

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Replayed(
      boolean plan, @JsonUnwrapped ReviewDesk.Report report, ReplayForecast.Result under) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record ReplayedOnes(
      boolean plan, long sent, List<ReviewResult> results, ReplayForecast.Result under) {}

  @Override
  public Integer call() {
    require(
        !accept || (comment != null && !comment.isBlank()),
        "--accept needs --comment WHY: what a person lets in, a person answers for");
    Decision decision = accept ? Decision.ACCEPTED : Decision.REPLAYED;
    String why = comment == null ? USUAL_COMMENT : comment;
    ReviewDecision decided =
        checked("--", () -> new ReviewDecision(decision, "", why, again, Actor.atTheCommandLine()));
    require(
        plan || !ids.isEmpty() || selection.isGiven(),
        "say which: PAIR_ID, or --reason, --source, --producer or --limit; --plan alone is of all");
    require(
        ids.isEmpty() || !selection.isGiven(),
        "PAIR_ID names the pairs; --reason, --source, --producer and --limit are for all of the"
            + " quarantine, so leave either away");
    require(
        under == null || plan,
        "--under is for --plan; what is sent, the recipe of preprocess judges");
    ClusterAccess cluster = access();
    if (under == null) {
      return replay(new ReviewDesk(cluster, EVENT, Clock.systemUTC()), decided, () -> null);
    }
    RecipeFile recipe = recipe(under);
    int threads = Runtime.getRuntime().availableProcessors();
    try (ImageWorkerPool workers = new ImageWorkerPool(AppLayout.workers(threads));
        ReplayForecast forecast =
            new ReplayForecast(
                cluster,
                new CleaningPlan(
                    recipe.reader(), new RememberingWorker(workers), StepObserver.NONE),
                threads)) {
      ReviewDesk desk = new ReviewDesk(cluster, EVENT, Clock.systemUTC(), forecast::add);
      return replay(desk, decided, forecast::result);
    }
  }

  private int replay(
      ReviewDesk desk, ReviewDecision decided, Supplier<ReplayForecast.Result> under) {
    return ids.isEmpty() ? replaySelected(desk, decided, under) : replayNamed(desk, decided, under);
  }

  private int replaySelected(
      ReviewDesk desk, ReviewDecision decided, Supplier<ReplayForecast.Result> forecast) {
    Selection selected = checked("--", () -> selection.of(this));
    ReviewDesk.Report report;
    try (Progress progress = progress()) {
      report = desk.replay(selected, decided, plan, sent -> progress.show("%,d sent", sent));
    }
    ReplayForecast.Result result = forecast.get();
    return answer(
        new Replayed(plan, report, result),
        () -> {
          print(report, selected.limit());
          print(result);
        });
  }

  private int replayNamed(
      ReviewDesk desk, ReviewDecision decided, Supplier<ReplayForecast.Result> forecast) {
    List<ReviewResult> results = desk.decide(ids, decided, plan);
    long sent = results.stream().filter(ReviewResult::done).count();
    ReplayForecast.Result result = forecast.get();
    return answer(
        new ReplayedOnes(plan, sent, results, result),
        sent == results.size(),
        () -> {
          results.forEach(this::print);
          print(result);
        });
  }

  /**
   * Writes what the recipe of {@code --under} makes of the pairs.
   *
   * @param result null where none was named
   */
  private void print(ReplayForecast.Result result) {
    if (result != null) {
      print("%nunder %s", under);
      print("%-32s %,9d", "pass", result.passed());
      RecipeDiffCommand.examples(this, "rejected", result.rejected());
      count(
          "%,d link(|s): what is behind (it|them) is not known before it is fetched",
          result.links());
    }
  }

  /** Writes what became of one pair. */
  private void print(ReviewResult result) {
    String said =
        switch (result.outcome()) {
          case DONE -> plan ? "can go" : "sent";
          case FAILED -> "not sent";
          case UNKNOWN -> "unknown";
        };
    print("%-34s %-8s %s", result.id(), said, result.detail().text());
  }

  /**
   * Writes how many were sent, and why the others were not.
   *
   * @param limit the most that were to be sent
   */
  private void print(ReviewDesk.Report report, int limit) {
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

  /** Options that choose entries of the quarantine. */
  static final class SelectionOptions {

    @Option(names = "--reason", paramLabel = "REASON")
    private String reason;

    @Option(names = "--source", paramLabel = "SOURCE")
    private String source;

    @Option(names = "--producer", paramLabel = "NAME")
    private String producer;

    @Option(names = "--limit", paramLabel = "N")
    private Integer limit;

    boolean isGiven() {
      return reason != null || source != null || producer != null || limit != null;
    }

    /**
     * The selection of a command.
     *
     * @throws IllegalArgumentException where the options make no sense
     */
    Selection of(PairstreamCommand command) {
      return new Selection(
          QuarantineCommand.checkedReason(reason, command),
          Optional.ofNullable(source),
          Optional.ofNullable(producer),
          limit == null ? Integer.MAX_VALUE : limit);
    }
  }
}
