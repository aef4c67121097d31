package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.pairstream.feed.FeedPosition;
import io.pairstream.feed.FeedSettings;
import io.pairstream.feed.FeedStats;
import io.pairstream.feed.PairFeed;
import io.pairstream.feed.ReadyBatch;
import io.pairstream.feed.ViewPosition;
import io.pairstream.feed.ViewRun;
import io.pairstream.feed.view.FeedSource;
import io.pairstream.feed.view.View;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusReporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code pairstream feed}: ready batches as a trainer reads them, one line for each.
 *
 * <p>Its position is shown to the lag display, and never waits for that.
 */
@Command(name = "feed")
final class FeedCommand extends TrainerCommand {

  @Mixin private FeedOptions batches;

  @Mixin private StatusOptions status;

  @ArgGroup(exclusive = false, heading = "%nTo read a view in an order that can be repeated:%n")
  private RunOptions run;

  @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "training")
  private String split;

  @Option(names = "--position-file", paramLabel = "FILE")
  private Path positionFile;

  @Option(names = "--max-batches", paramLabel = "N")
  private Long maxBatches;

  @Option(names = "--until-end")
  private boolean untilEnd;

  /**
   * A batch as JSON.
   *
   * @param firstCaption empty where a rank has no part of a last batch
   */
  private record Batch(
      long batch,
      int size,
      String imageType,
      List<Integer> imageShape,
      List<Integer> tokenShape,
      List<String> pairIds,
      String firstCaption,
      long samplesPerSecond,
      double dataWaitSeconds,
      @JsonRawValue String position) {

    static Batch of(ReadyBatch batch, FeedStats stats) {
      return new Batch(
          batch.number(),
          batch.size(),
          "uint8",
          batch.imageShape(),
          batch.tokenShape(),
          batch.pairIds(),
          batch.captions().stream().findFirst().orElse(""),
          Math.round(stats.samplesPerSecond()),
          stats.dataWait().toMillis() / 1e3,
          batch.position().toJson());
    }
  }

  @Override
  public Integer call() throws Exception {
    FeedSettings settings = checkedSettings();
    FeedSource source = source(split(split));
    View view = run == null ? null : view("--view: ", run.view());
    SelfReport report = new SelfReport("feed", Clock.systemUTC());
    return status.during(() -> feed(source, settings, view, report), report, err());
  }

  private int feed(FeedSource source, FeedSettings settings, View view, SelfReport report)
      throws IOException {
    PositionFile position = new PositionFile(positionFile);
    try (PairFeed feed = open(source, settings, view, position);
        ShownPosition shown = new ShownPosition(feed, err());
        StatusReporter reporter =
            StatusReporter.start(
                report, topics().instances(), source.registry(), source.clientSettings())) {
      // A trainer is stopped like a command: the end is an orderly one.
      Runtime.getRuntime().addShutdownHook(new Thread(reporter::close, "stop-report"));
      shown.begin();
      report.add(reading -> FeedReport.read(feed, reading));
      report.add(reading -> reading.fact("split", source.split().name()));
      if (view != null) {
        // The same for all ranks of a run, and wherever it goes on.
        String runOver = view.fingerprint() + ' ' + run.plan();
        report.add(reading -> reading.fact("run", runOver));
        FeedReport.addRetention(view, source.clientSettings(), report).ifPresent(this::complain);
      } else if (!untilEnd && !json()) {
        say(
            "batches of %d as they fill; --until-end hands out what is left, Ctrl-C stops it",
            batches.batchSize());
      }
      report.stateFrom(() -> SelfReport.State.RUNNING);
      readOut(feed, position);
    }
    return ExitStatus.DONE;
  }

  private void readOut(PairFeed feed, PositionFile position) throws IOException {
    for (long read = 0; maxBatches == null || read < maxBatches; read++) {
      Optional<ReadyBatch> next = feed.next();
      if (next.isEmpty()) {
        break;
      }
      try (ReadyBatch batch = next.get()) {
        Batch printed = Batch.of(batch, feed.stats());
        answer(printed, () -> print(printed));
        position.write(batch.position());
      }
    }
    if (!json()) {
      FeedStats stats = feed.stats();
      print(
          "%d batches, %d samples, %.0f samples/s; the trainer waited %.1f s for data",
          stats.batches(),
          stats.samples(),
          stats.samplesPerSecond(),
          stats.dataWait().toMillis() / 1e3);
    }
  }

  private PairFeed open(FeedSource source, FeedSettings settings, View view, PositionFile position)
      throws IOException {
    if (view == null) {
      return PairFeed.open(source, settings, position.read(FeedPosition::parse));
    }
    ViewRun over = checked(() -> run.over(view));
    Optional<ViewPosition> kept = position.read(ViewPosition::parse);
    ViewPosition from = checked(() -> run.start(over, kept, settings));
    return checked(() -> PairFeed.ofView(source, settings, over, Optional.of(from)));
  }

  private FeedSettings checkedSettings() {
    requireAtLeast(1, "--max-batches", maxBatches);
    require(run == null || !untilEnd, "--view goes without --until-end (use --epochs)");
    if (positionFile != null) {
      Path folder = positionFile.toAbsolutePath().getParent();
      require(Files.isDirectory(folder), "--position-file: there is no folder " + folder);
    }
    FeedSettings settings = checked(() -> batches.of(run == null ? 1 : run.ranks()));
    if (run != null && split.equals("training")) {
      // All ranks make the same number of steps; figures over other splits need every pair.
      return settings.lastBatch(FeedSettings.LastBatch.DROP);
    }
    return untilEnd ? settings.until(FeedSettings.End.WHERE_LOG_ENDS) : settings;
  }

  private void print(Batch batch) {
    print(
        "batch %d: images %s %s, tokens int32 %s, %d samples/s, waited %.1f s; \"%s\"",
        batch.batch(),
        batch.imageType(),
        batch.imageShape(),
        batch.tokenShape(),
        batch.samplesPerSecond(),
        batch.dataWaitSeconds(),
        batch.firstCaption());
  }
}
