package io.pairstream.cli.review;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.recipe.RecipeCommand;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.RememberingWorker;
import io.pairstream.operate.actions.Actor;
import io.pairstream.operate.review.ReviewDecision;
import io.pairstream.operate.review.ReviewDecision.Decision;
import io.pairstream.operate.review.ReviewDesk;
import io.pairstream.operate.review.ReviewResult;
import io.pairstream.operate.review.Selection;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.terminal.Progress;
import io.pairstream.tools.recipe.ReplayForecast;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream quarantine replay}: pairs that were rejected, once more. */
@Command(name = "replay")
final class QuarantineReplayCommand extends ClusterCommand {

  private static final String EVENT = "quarantine.replay";
  private static final String USUAL_COMMENT = "judged again by the present rules";

  @Parameters(paramLabel = "PAIR_ID", arity = "0..*")
  private List<String> ids = new ArrayList<>();

  @Option(names = "--reason", paramLabel = "REASON")
  private String reason;

  @Option(names = "--source", paramLabel = "SOURCE")
  private String source;

  @Option(names = "--producer", paramLabel = "NAME")
  private String producer;

  @Option(names = "--limit", paramLabel = "N")
  private Integer limit;

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

  /** A replay of a selection, as JSON. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Replayed(
      boolean plan, @JsonUnwrapped ReviewDesk.Report report, ReplayForecast.Result under) {}

  /** A replay of named pairs, as JSON. */
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
        plan || !ids.isEmpty() || selects(),
        "say which: PAIR_ID, or --reason, --source, --producer or --limit; --plan alone is of all");
    require(
        ids.isEmpty() || !selects(),
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
    try (ImageWorkerPool workers = RecipeCommand.workers(threads, plan(recipe));
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

  private boolean selects() {
    return reason != null || source != null || producer != null || limit != null;
  }

  private int replay(
      ReviewDesk desk, ReviewDecision decided, Supplier<ReplayForecast.Result> under) {
    return ids.isEmpty() ? replaySelected(desk, decided, under) : replayNamed(desk, decided, under);
  }

  private int replaySelected(
      ReviewDesk desk, ReviewDecision decided, Supplier<ReplayForecast.Result> forecast) {
    Selection selection =
        checked(
            "--",
            () ->
                new Selection(
                    QuarantineCommand.checkedReason(reason, this),
                    Optional.ofNullable(source),
                    Optional.ofNullable(producer),
                    limit == null ? Integer.MAX_VALUE : limit));
    ReviewDesk.Report report;
    try (Progress progress = progress()) {
      report = desk.replay(selection, decided, plan, sent -> progress.show("%,d sent", sent));
    }
    ReplayForecast.Result result = forecast.get();
    return answer(
        new Replayed(plan, report, result),
        () -> {
          ReplayPrinter to = new ReplayPrinter(out(), plan, decided);
          to.print(report, limit);
          to.print(result, under);
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
          ReplayPrinter to = new ReplayPrinter(out(), plan, decided);
          results.forEach(to::print);
          to.print(result, under);
        });
  }
}
