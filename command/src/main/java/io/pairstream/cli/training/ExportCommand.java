package io.pairstream.cli.training;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cli.command.Quantity;
import io.pairstream.cli.command.Resumable;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.set.ExportPlan;
import io.pairstream.feed.set.SetCheck;
import io.pairstream.feed.set.SetExport;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.NamedView;
import io.pairstream.feed.view.View;
import io.pairstream.storage.ObjectStore;
import io.pairstream.terminal.Progress;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pairstream export}: a view's pairs as a set, which is read without a platform. */
@Command(name = "export")
public final class ExportCommand extends TrainerCommand implements Resumable {

  @Parameters(paramLabel = "VIEW", arity = "0..1")
  private String view;

  @Option(names = "--to", paramLabel = "URL")
  private String target;

  @Option(names = "--check", paramLabel = "URL")
  private String checked;

  @Option(names = "--shard-samples", paramLabel = "N")
  private Integer shardSamples;

  @Option(names = "--seed", paramLabel = "N")
  private Long seed;

  private record Exported(String to, @JsonUnwrapped SetExport.Summary summary) {}

  @Override
  public Integer call() throws IOException {
    if (checked != null) {
      require(view == null && target == null, "--check reads a set alone: leave out VIEW and --to");
      return check();
    }
    require(view != null && target != null, "say what to export, and where: VIEW --to URL");
    requireAtLeast(1, "--shard-samples", shardSamples);
    OrderPlan order =
        seed == null ? ExportPlan.viewOrder() : new OrderPlan(seed, 1, OrderPlan.DEFAULT_WINDOW);
    ExportPlan plan = plan(order, shardSamples == null ? 0 : shardSamples);
    String topic = plan.parts().of(0, plan.segments()).topic();
    SetExport.Summary summary;
    try (ObjectStore store = checked(() -> ObjectStore.open(target));
        Progress progress = progress()) {
      summary = SetExport.export(sourceOf(topic), plan, store, new Shown(progress));
    }
    return answer(new Exported(target, summary), () -> print(summary));
  }

  private ExportPlan plan(OrderPlan order, int samples) throws IOException {
    try {
      if (isFile(view)) {
        View read = read(Path.of(view));
        return checked(() -> ExportPlan.of(read, order, samples));
      }
      NamedView named = store().require(view);
      return checked(() -> ExportPlan.of(named, order, samples));
    } catch (InvalidViewException e) {
      throw wrong(e.getMessage());
    }
  }

  private record Shown(Progress progress) implements SetExport.Listener {

    @Override
    public void written(long samples, long of, long bytes) {
      double seconds = progress.seconds();
      progress.show(
          "%s%,d of %,d sample(|s), %s, %s/s%s",
          progress.bar(samples, of),
          samples,
          of,
          Quantity.bytes(bytes),
          Quantity.bytes(Math.round(bytes / seconds)),
          // The first ones say more about the start than about the rest.
          samples * 50 <= of
              ? ""
              : ", " + Quantity.shortSeconds(seconds * (of - samples) / samples) + " left");
    }

    @Override
    public void notice(String sentence) {
      progress.line(sentence);
    }
  }

  private void print(SetExport.Summary summary) {
    print(
        "%,d sample(|s) in %,d shard(|s), %s, in %s (commit %,d)%s",
        summary.samples(),
        summary.shards(),
        Quantity.bytes(summary.bytes()),
        target,
        summary.manifest(),
        summary.kept() == 0
            ? ""
            : TerminalText.format("; %d shard(|s) (was|were) there already", summary.kept()));
    count(
        "%,d sample(|s) of the view (is|are) in none of them: (its|their) pair(|s) (has|have) been withdrawn",
        summary.leftOut());
    count(
        "%,d pair(|s) of the set (has|have) been withdrawn, and (its|their) bytes erased",
        summary.withdrawn());
  }

  private int check() throws IOException {
    SetCheck.Report report;
    try (ObjectStore store = checked(() -> ObjectStore.open(checked));
        Progress progress = progress()) {
      report =
          SetCheck.of(
              store,
              (shards, of, bytes) ->
                  progress.show(
                      "%s%,d of %,d shard(|s), %s",
                      progress.bar(shards, of), shards, of, Quantity.bytes(bytes)));
    }
    return answer(report, report.problems().isEmpty(), () -> print(report));
  }

  private void print(SetCheck.Report report) {
    report.problems().forEach(problem -> print("%s", problem));
    print(
        "set %s, commit %,d: %,d sample(|s) in %,d shard(|s), %s; %s",
        report.set(),
        report.manifest(),
        report.samples(),
        report.shards(),
        Quantity.bytes(report.bytes()),
        report.problems().isEmpty()
            ? "nothing is wrong"
            : TerminalText.format("%,d thing(|s) (is|are) wrong", report.problems().size()));
    count(
        "%,d earlier manifest(|s) (is|are) not there: only a run that began with (it|them) cannot continue",
        report.manifestsGone());
    count(
        "%,d pair(|s) (is|are) withdrawn, and (its|their) bytes wait to be erased: export again",
        report.waiting());
  }
}
