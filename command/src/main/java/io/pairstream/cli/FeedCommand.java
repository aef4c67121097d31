package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.pairstream.feed.FeedPosition;
import io.pairstream.feed.FeedSettings;
import io.pairstream.feed.FeedStats;
import io.pairstream.feed.PairFeed;
import io.pairstream.feed.Position;
import io.pairstream.feed.ReadyBatch;
import io.pairstream.feed.ViewPosition;
import io.pairstream.feed.ViewRun;
import io.pairstream.feed.view.FeedSource;
import io.pairstream.feed.view.PositionRefusedException;
import io.pairstream.feed.view.View;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusReporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
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

  @Mixin private FeedOptions options;

  @Mixin private ServiceOptions.Status status;

  @Option(names = "--position-file", paramLabel = "FILE")
  private Path positionFile;

  @Option(names = "--max-batches", paramLabel = "N")
  private Long maxBatches;

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
    requireAtLeast(1, "--max-batches", maxBatches);
    if (positionFile != null) {
      Path folder = positionFile.toAbsolutePath().getParent();
      require(Files.isDirectory(folder), "--position-file: there is no folder " + folder);
    }
    FeedSettings settings = checked(options::settings);
    FeedSource source = source(split(options.split()));
    View view = options.run() == null ? null : view("--view: ", options.run().view());
    SelfReport report = new SelfReport("feed", Clock.systemUTC());
    return status.during(() -> feed(source, settings, view, report), report, err());
  }

  private int feed(FeedSource source, FeedSettings settings, View view, SelfReport report)
      throws IOException {
    try (PairFeed feed = open(source, settings, view);
        FeedWatch watch = new FeedWatch(feed, report, this::complain);
        StatusReporter reporter =
            StatusReporter.start(
                report, topics().instances(), source.registry(), source.clientSettings())) {
      // A trainer is stopped like a command: the end is an orderly one.
      Runtime.getRuntime().addShutdownHook(new Thread(reporter::close, "stop-report"));
      report.add(reading -> reading.fact("split", source.split().name()));
      if (view != null) {
        // The same for all ranks of a run, and wherever it goes on.
        String runOver = view.fingerprint() + ' ' + options.run().plan();
        report.add(reading -> reading.fact("run", runOver));
        watch.addRetention(view, source, report);
      } else if (!options.untilEnd() && !json()) {
        say(
            "batches of %d as they fill; --until-end hands out what is left, Ctrl-C stops it",
            options.batchSize());
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
        keep(batch.position());
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

  private PairFeed open(FeedSource source, FeedSettings settings, View view) throws IOException {
    if (view == null) {
      return PairFeed.open(source, settings, kept(FeedPosition::parse));
    }
    ViewRun over = checked(() -> options.run().over(view));
    Optional<ViewPosition> kept = kept(ViewPosition::parse);
    return checked(() -> PairFeed.ofView(source, settings, over, kept));
  }

  /** The position of the start before, where one is kept. */
  private <P extends Position> Optional<P> kept(Function<String, P> parse) throws IOException {
    if (positionFile == null || !Files.exists(positionFile)) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse.apply(Files.readString(positionFile)));
    } catch (PositionRefusedException e) {
      throw new PositionRefusedException("--position-file " + positionFile + ": " + e.getMessage());
    }
  }

  /** Writes beside the file and renames, so that a crash leaves the old position or the new one. */
  private void keep(Position position) throws IOException {
    if (positionFile != null) {
      Path beside = positionFile.resolveSibling(positionFile.getFileName() + ".new");
      Files.writeString(beside, position.toJson());
      Files.move(
          beside,
          positionFile,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
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
