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

  @Mixin private FeedOptions options;

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
    require(
        options.view == null,
        "--view: a view is read in Python: pairstream.Loader(source, \"%s\", batch_size=%d)"
            .formatted(options.view, options.batchSize));
    FeedSettings settings = checked(options::settings);
    FeedSource source = source(split(options.split));
    SelfReport report = new SelfReport("feed", Clock.systemUTC());
    return status.during(() -> feed(source, settings, report), report, err());
  }

  private int feed(FeedSource source, FeedSettings settings, SelfReport report) throws IOException {
    try (PairFeed feed = PairFeed.open(source, settings, options.kept().orElse(null));
        FeedWatch watch = new FeedWatch(feed, report, this::complain);
        StatusReporter reporter =
            StatusReporter.start(
                report, topics().instances(), source.registry(), source.clientSettings())) {
      // A trainer is stopped like a command: the end is an orderly one.
      Runtime.getRuntime().addShutdownHook(new Thread(reporter::close, "stop-report"));
      report.add(reading -> reading.fact("split", source.split().name()));
      if (!options.untilEnd && !json()) {
        say(
            "batches of %d as they fill, from %s; --until-end hands out what is left, Ctrl-C stops"
                + " it",
            options.batchSize, options.begin());
        watch.sayWhatWaits();
      }
      report.stateFrom(() -> SelfReport.State.RUNNING);
      readOut(feed);
    }
    return ExitStatus.DONE;
  }

  private void readOut(PairFeed feed) throws IOException {
    for (long read = 0; maxBatches == null || read < maxBatches; read++) {
      Optional<ReadyBatch> next = feed.next();
      if (next.isEmpty()) {
        break;
      }
      try (ReadyBatch batch = next.get()) {
        Batch printed = Batch.of(batch, feed.stats());
        answer(printed, () -> print(printed));
        options.keep(batch.position());
      }
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
