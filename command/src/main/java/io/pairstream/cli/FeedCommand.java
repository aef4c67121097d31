package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.pairstream.feed.FeedPosition;
import io.pairstream.feed.FeedSettings;
import io.pairstream.feed.FeedSource;
import io.pairstream.feed.FeedStats;
import io.pairstream.feed.PairFeed;
import io.pairstream.feed.ReadyBatch;
import io.pairstream.feed.ViewPosition;
import io.pairstream.feed.ViewRun;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewRetention;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.ServiceState;
import io.pairstream.service.report.StatusReporter;
import io.pairstream.service.report.StatusServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
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

  /** What a run over a view needs besides the view. */
  static final class RunOptions {

    @Option(names = "--view", paramLabel = "VIEW", required = true)
    private String view;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0")
    private long seed;

    @Option(names = "--lanes", paramLabel = "N", defaultValue = "32")
    private int lanes;

    @Option(names = "--window", paramLabel = "N", defaultValue = "256")
    private int window;

    @Option(names = "--epochs", paramLabel = "N")
    private Long epochs;

    @Option(names = "--rank", paramLabel = "N", defaultValue = "0")
    private int rank;

    @Option(names = "--ranks", paramLabel = "N", defaultValue = "1")
    private int ranks;

    @Option(names = "--skip-batches", paramLabel = "N", defaultValue = "0")
    private long skipBatches;

    private OrderPlan order() {
      return new OrderPlan(seed, lanes, window);
    }

    private ViewRun over(View read) {
      ViewRun run = ViewRun.of(read, order()).rank(rank, ranks);
      return epochs == null ? run : run.epochs(epochs);
    }
  }

  @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "training")
  private String split;

  @Option(names = "--position-file", paramLabel = "FILE")
  private Path positionFile;

  @Option(names = "--max-batches", paramLabel = "N")
  private Long maxBatches;

  @Option(names = "--until-end")
  private boolean untilEnd;

  @Override
  public Integer call() throws IOException {
    FeedSettings settings = checkedSettings();
    FeedSource source = source(split(split));
    View view = run == null ? null : view("--view: ", run.view);
    SelfReport report = new SelfReport("feed", Clock.systemUTC());
    Optional<StatusServer> server = status.open(report, err());
    PairTopics topics = PairTopics.of(source.dataset(), new AvroSerdes(source.registry()));
    try (PairFeed feed = open(source, settings, view);
        ShownPosition shown = ShownPosition.of(feed, err());
        StatusReporter reporter =
            StatusReporter.start(
                report, topics.instances(), source.registry(), source.clientSettings())) {
      // A trainer is stopped like a command: the end is an orderly one.
      Runtime.getRuntime().addShutdownHook(new Thread(reporter::close, "stop-report"));
      shown.begin();
      report.add(reading -> FeedReport.read(feed, reading));
      report.add(reading -> reading.fact("split", source.split().name()));
      if (view != null) {
        // The same for all ranks of a run, and wherever it goes on.
        String runOver = view.fingerprint() + ' ' + run.order();
        report.add(reading -> reading.fact("run", runOver));
        tellRetention(view, source, report);
      } else if (!untilEnd && !json()) {
        say(
            "batches of %d as they fill; --until-end hands out what is left, Ctrl-C stops it",
            batches.batchSize());
      }
      report.stateFrom(() -> ServiceState.RUNNING);
      readOut(feed);
    } finally {
      server.ifPresent(StatusServer::close);
    }
    return ExitStatus.DONE;
  }

  private void readOut(PairFeed feed) throws IOException {
    PositionFile position = new PositionFile(positionFile);
    for (long read = 0; maxBatches == null || read < maxBatches; read++) {
      Optional<ReadyBatch> next = feed.next();
      if (next.isEmpty()) {
        break;
      }
      try (ReadyBatch batch = next.get()) {
        Printed printed = Printed.of(batch, feed.stats());
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

  /** A view whose pairs the broker will delete says so while there is time. */
  private void tellRetention(View view, FeedSource source, SelfReport report) {
    try {
      ViewRetention retention = ViewRetention.of(view, source.clientSettings());
      report.add(reading -> FeedReport.read(view, retention, Clock.systemUTC(), reading));
      if (!retention.isKept()) {
        complain("of the view " + view.fingerprint() + " " + retention.inWords());
      }
    } catch (KafkaException e) {
      complain("how long the view's pairs are kept is not known: " + e.getMessage());
    }
  }

  private PairFeed open(FeedSource source, FeedSettings settings, View view) throws IOException {
    PositionFile position = new PositionFile(positionFile);
    if (view == null) {
      return PairFeed.open(source, settings, position.read(FeedPosition::parse));
    }
    ViewRun over = checked(() -> run.over(view));
    ViewPosition start = position.read(ViewPosition::parse).orElseGet(over::begin);
    ViewPosition from = checked(() -> over.skip(start, run.skipBatches, settings));
    return checked(() -> PairFeed.ofView(source, settings, over, Optional.of(from)));
  }

  private FeedSettings checkedSettings() {
    requireAtLeast(1, "--max-batches", maxBatches);
    require(
        run == null || (!untilEnd && !batches.isWaitingLimited()),
        "--view goes without --until-end (use --epochs) and without --max-waiting");
    if (positionFile != null) {
      Path folder = positionFile.toAbsolutePath().getParent();
      require(Files.isDirectory(folder), "--position-file: there is no folder " + folder);
    }
    FeedSettings settings = checked(() -> batches.of(run == null ? 1 : run.ranks));
    if (run != null && split.equals("training")) {
      // All ranks make the same number of steps; figures over other splits need every pair.
      return settings.lastBatch(FeedSettings.LastBatch.DROP);
    }
    return untilEnd ? settings.until(FeedSettings.End.WHERE_LOG_ENDS) : settings;
  }

  private void print(Printed batch) {
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

  /**
   * A batch as JSON.
   *
   * @param firstCaption empty where a rank has no part of a last batch
   */
  private record Printed(
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

    static Printed of(ReadyBatch batch, FeedStats stats) {
      return new Printed(
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
}
