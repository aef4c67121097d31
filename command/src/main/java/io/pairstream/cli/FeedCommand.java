package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.pairstream.feed.FeedPosition;
import io.pairstream.feed.FeedSettings;
import io.pairstream.feed.FeedSource;
import io.pairstream.feed.FeedStats;
import io.pairstream.feed.PairFeed;
import io.pairstream.feed.Position;
import io.pairstream.feed.PositionRefusedException;
import io.pairstream.feed.ReadyBatch;
import io.pairstream.feed.Shapes;
import io.pairstream.feed.ViewPosition;
import io.pairstream.feed.ViewRun;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.InvalidViewException;
import io.pairstream.feed.view.View;
import io.pairstream.feed.view.ViewRetention;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.service.Cluster;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.ServiceState;
import io.pairstream.service.report.StatusReporter;
import io.pairstream.service.report.StatusServer;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pairstream feed}: reads ready batches as a trainer does, and says how fast they come. */
@Command(name = "feed")
final class FeedCommand implements Callable<Integer> {

  @Mixin private ClusterOptions options;

  @Mixin private StatusOptions status;

  @Spec private CommandSpec spec;

  @Option(names = "--batch-size", paramLabel = "N", defaultValue = "32")
  private int givenBatchSize;

  @ArgGroup(exclusive = false, heading = "%nTo read a view in an order that can be repeated:%n")
  private ViewOptions viewOptions;

  /** What a run over a view needs besides the view. */
  static final class ViewOptions {

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

    /** What is the same for all ranks of a run, and wherever it goes on. */
    private String runOver(View read) {
      return read.fingerprint() + ' ' + order();
    }

    private OrderPlan order() {
      return new OrderPlan(seed, lanes, window);
    }

    private ViewRun run(View read) {
      ViewRun run = ViewRun.of(read, order()).rank(rank, ranks);
      return epochs == null ? run : run.epochs(epochs);
    }
  }

  @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "training")
  private String split;

  @Option(names = "--side-px", paramLabel = "N", defaultValue = "256")
  private int sidePx;

  @Option(names = "--max-pixels", paramLabel = "N")
  private Integer maxPixels;

  @Option(names = "--max-waiting", paramLabel = "N")
  private Integer maxWaiting;

  @Option(names = "--rendition", paramLabel = "NAME", defaultValue = "")
  private String rendition;

  @Option(names = "--token-set", paramLabel = "NAME", defaultValue = "")
  private String tokenSet;

  @Option(names = "--position-file", paramLabel = "FILE")
  private Path positionFile;

  @Option(names = "--max-batches", paramLabel = "N")
  private Long maxBatches;

  @Option(names = "--until-end")
  private boolean untilEnd;

  @Override
  public Integer call() throws IOException {
    if (maxBatches != null && maxBatches < 1) {
      throw new ParameterException(
          spec.commandLine(), "--max-batches must be at least 1, was " + maxBatches);
    }
    if (viewOptions != null && (untilEnd || maxWaiting != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--view goes without --until-end (use --epochs) and without --max-waiting");
    }
    FeedSettings settings = settings();
    Cluster cluster = options.cluster();
    FeedSource source =
        new FeedSource(
            cluster.dataset(),
            standing(split, spec),
            cluster.registry(),
            ReadingClients.settings(cluster));
    Optional<View> view = view(cluster);
    long batches = 0;
    SelfReport report = new SelfReport("feed", Clock.systemUTC());
    Optional<StatusServer> output = status.open(report, spec.commandLine().getErr());
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(source.registry()));
    try (PairFeed feed = open(source, settings, view);
        ShownPosition shown = ShownPosition.of(feed, spec.commandLine().getErr());
        StatusReporter reporter =
            StatusReporter.start(
                report, topics.instances(), source.registry(), source.clientSettings())) {
      // A trainer is stopped like a command: the end is an orderly one.
      Runtime.getRuntime().addShutdownHook(new Thread(reporter::close, "stop-report"));
      shown.begin();
      report.add(new FeedReading(feed));
      report.add(reading -> reading.fact("split", source.split().name()));
      view.ifPresent(one -> report.add(reading -> reading.fact("run", viewOptions.runOver(one))));
      view.ifPresent(one -> tellRetention(one, source, report));
      if (view.isEmpty() && !untilEnd && !options.json()) {
        PrintWriter err = spec.commandLine().getErr();
        err.printf(
            "batches of %d as they fill; --until-end hands out what is left, Ctrl-C stops it%n",
            givenBatchSize);
        err.flush();
      }
      report.stateFrom(() -> ServiceState.RUNNING);
      while (maxBatches == null || batches < maxBatches) {
        Optional<ReadyBatch> next = feed.next();
        if (next.isEmpty()) {
          break;
        }
        try (ReadyBatch batch = next.get()) {
          batches++;
          print(batch, feed.stats());
          if (positionFile != null) {
            save(batch.position());
          }
        }
      }
      if (!options.json()) {
        printEnd(feed.stats());
      }
    } finally {
      output.ifPresent(StatusServer::close);
    }
    return ExitStatus.DONE;
  }

  /** A view whose pairs the broker will delete says so while there is time. */
  private void tellRetention(View view, FeedSource source, SelfReport report) {
    PrintWriter err = spec.commandLine().getErr();
    try {
      ViewRetention retention = ViewRetention.of(view, source.clientSettings());
      report.add(new RetentionReading(view, retention, Clock.systemUTC()));
      if (!retention.isKept()) {
        err.println(
            TerminalText.plain(
                "pairstream: of the view " + view.fingerprint() + " " + retention.inWords()));
      }
    } catch (KafkaException e) {
      err.println(
          TerminalText.plain(
              "pairstream: how long the view's pairs are kept is not known: " + e.getMessage()));
    }
  }

  static PairStatus standing(String split, CommandSpec spec) {
    try {
      PairStatus standing = PairStatus.valueOf(split.toUpperCase(Locale.ROOT));
      if (standing != PairStatus.QUARANTINED && standing != PairStatus.WITHDRAWN) {
        return standing;
      }
    } catch (IllegalArgumentException e) {
      // Refused below, with the words that are allowed.
    }
    throw new ParameterException(
        spec.commandLine(), "--split must be training, validation or test, was " + split);
  }

  private PairFeed open(FeedSource source, FeedSettings settings, Optional<View> view)
      throws IOException {
    try {
      if (view.isEmpty()) {
        return PairFeed.open(source, settings, savedPosition(FeedPosition::parse));
      }
      ViewRun run = viewOptions.run(view.get());
      ViewPosition start = savedPosition(ViewPosition::parse).orElseGet(run::begin);
      return PairFeed.ofView(
          source, settings, run, Optional.of(run.skip(start, viewOptions.skipBatches, settings)));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private Optional<View> view(Cluster cluster) throws IOException {
    try {
      return viewOptions == null
          ? Optional.empty()
          : Optional.of(ViewCommand.read(viewOptions.view, cluster));
    } catch (InvalidViewException e) {
      throw new ParameterException(spec.commandLine(), "--view: " + e.getMessage(), e);
    }
  }

  private FeedSettings settings() {
    try {
      FeedSettings settings =
          FeedSettings.ofBatches(batchSize())
              .shapes(shapes())
              .rendition(rendition)
              .tokenSet(tokenSet);
      if (viewOptions != null && split.equals("training")) {
        // All ranks make the same number of steps; figures over other splits need every pair.
        return settings.lastBatch(FeedSettings.LastBatch.DROP);
      }
      return untilEnd ? settings.until(FeedSettings.End.WHERE_LOG_ENDS) : settings;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** Of a rank's part of a last batch, which may have none, an empty text. */
  private static String firstCaption(ReadyBatch batch) {
    return batch.captions().stream().findFirst().orElse("");
  }

  /** Of this rank. */
  private int batchSize() {
    int ranks = viewOptions == null ? 1 : viewOptions.ranks;
    if (ranks < 1 || givenBatchSize % ranks != 0) {
      int nearest = Math.max(1, ranks);
      int below = Math.max(1, givenBatchSize / nearest) * nearest;
      throw new IllegalArgumentException(
          "--batch-size %d cannot be shared by --ranks %d alike; the nearest sizes are %d and %d"
              .formatted(givenBatchSize, ranks, below, below + nearest));
    }
    return givenBatchSize / ranks;
  }

  private Shapes shapes() {
    if (maxPixels != null) {
      return new Shapes.Several(
          maxPixels, maxWaiting == null ? Math.multiplyExact(64, batchSize()) : maxWaiting);
    }
    if (maxWaiting != null) {
      throw new ParameterException(
          spec.commandLine(), "--max-waiting goes with --max-pixels; one size waits for nothing");
    }
    return new Shapes.One(sidePx, sidePx);
  }

  private <P extends Position> Optional<P> savedPosition(Function<String, P> parse)
      throws IOException {
    if (positionFile == null) {
      return Optional.empty();
    }
    Path folder = positionFile.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      throw new ParameterException(
          spec.commandLine(), "--position-file: there is no folder " + folder);
    }
    if (!Files.exists(positionFile)) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse.apply(Files.readString(positionFile)));
    } catch (PositionRefusedException e) {
      throw new PositionRefusedException("--position-file " + positionFile + ": " + e.getMessage());
    }
  }

  /** Writes beside the file and renames, so that a crash leaves the old position or the new one. */
  private void save(Position position) throws IOException {
    Path beside = positionFile.resolveSibling(positionFile.getFileName() + ".new");
    Files.writeString(beside, position.toJson());
    Files.move(
        beside, positionFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private void print(ReadyBatch batch, FeedStats stats) {
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      ObjectNode object =
          new JsonMapper()
              .createObjectNode()
              .put("batch", batch.number())
              .put("size", batch.size())
              .put("image_type", "uint8")
              .putPOJO("image_shape", batch.imageShape())
              .putPOJO("token_shape", batch.tokenShape());
      ArrayNode pairIds = object.putArray("pair_ids");
      batch.pairIds().forEach(pairIds::add);
      object.put("first_caption", firstCaption(batch));
      object.put("samples_per_second", Math.round(stats.samplesPerSecond()));
      object.put("data_wait_seconds", stats.dataWait().toMillis() / 1e3);
      object.putRawValue("position", new RawValue(batch.position().toJson()));
      out.println(object);
    } else {
      out.printf(
          Locale.ROOT,
          "batch %d: images uint8 %s, tokens int32 %s, %.0f samples/s, waited %.1f s; \"%s\"%n",
          batch.number(),
          batch.imageShape(),
          batch.tokenShape(),
          stats.samplesPerSecond(),
          stats.dataWait().toMillis() / 1e3,
          TerminalText.plain(firstCaption(batch)));
    }
    out.flush();
  }

  private void printEnd(FeedStats stats) {
    spec.commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%d batches, %d samples, %.0f samples/s; the trainer waited %.1f s for data%n",
            stats.batches(),
            stats.samples(),
            stats.samplesPerSecond(),
            stats.dataWait().toMillis() / 1e3);
  }
}
