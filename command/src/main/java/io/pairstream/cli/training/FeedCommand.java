package io.pairstream.cli.training;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.run.StatusListen;
import io.pairstream.feed.batch.FeedSettings;
import io.pairstream.feed.batch.FeedStats;
import io.pairstream.feed.batch.PairFeed;
import io.pairstream.feed.batch.ReadyBatch;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusReporter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code pairstream feed}: ready batches as a trainer reads them, one line for each.
 *
 * <p>Its position is shown to the lag display, and never waits for that.
 */
@Command(name = "feed")
public final class FeedCommand extends TrainerCommand {

  @Option(names = "--batch-size", paramLabel = "N", defaultValue = "32")
  private int batchSize;

  @Option(names = "--side-px", paramLabel = "N", defaultValue = "256")
  private int sidePx;

  @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "training")
  private String split;

  @Option(names = "--until-end")
  private boolean untilEnd;

  @Option(names = "--position-file", paramLabel = "FILE")
  private Path positionFile;

  @Mixin private StatusListen status;

  @Option(names = "--max-batches", paramLabel = "N")
  private Long maxBatches;

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
          batch.captions().get(0),
          Math.round(stats.samplesPerSecond()),
          stats.dataWait().toMillis() / 1e3,
          batch.position().toJson());
    }
  }

  @Override
  public Integer call() throws Exception {
    requireAtLeast(1, "--max-batches", maxBatches);
    FeedSettings settings = checked(() -> new FeedSettings(batchSize, sidePx, untilEnd));
    PositionFile kept = checked(() -> new PositionFile(positionFile));
    FeedSource source = source(split(split));
    SelfReport report = new SelfReport("feed", Clock.systemUTC());
    return status.during(() -> feed(source, settings, kept, report), report, err());
  }

  private int feed(FeedSource source, FeedSettings settings, PositionFile kept, SelfReport report)
      throws IOException {
    try (PairFeed feed = new PairFeed(source, settings, kept.read());
        FeedWatch watch = new FeedWatch(feed, report, this::complain);
        StatusReporter reporter =
            StatusReporter.start(
                report, source.cluster().topics().instances(), source.cluster().clientSettings())) {
      // A trainer is stopped like a command: the end is an orderly one.
      Runtime.getRuntime().addShutdownHook(new Thread(reporter::close, "stop-report"));
      report.add(reading -> reading.fact("split", source.split().name()));
      if (!untilEnd && !json()) {
        say(
            "batches of %d as they fill, from %s; --until-end hands out what is left, Ctrl-C stops"
                + " it",
            batchSize, kept.begin());
        watch.sayWhatWaits();
      }
      report.stateFrom(() -> SelfReport.State.RUNNING);
      readOut(feed, kept);
    }
    return ExitStatus.DONE;
  }

  private void readOut(PairFeed feed, PositionFile kept) throws IOException {
    for (long read = 0; maxBatches == null || read < maxBatches; read++) {
      Optional<ReadyBatch> next = feed.next();
      if (next.isEmpty()) {
        break;
      }
      Batch printed = Batch.of(next.get(), feed.stats());
      answer(printed, () -> print(printed));
      kept.write(next.get().position());
    }
    if (!json()) {
      FeedStats stats = feed.stats();
      print(
          "%d batch(|es), %d sample(|s), %.0f samples/s; the trainer waited %.1f s for data",
          stats.batches(),
          stats.samples(),
          stats.samplesPerSecond(),
          stats.dataWait().toMillis() / 1e3);
    }
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
