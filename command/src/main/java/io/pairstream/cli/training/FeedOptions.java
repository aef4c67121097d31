package io.pairstream.cli.training;

import io.pairstream.feed.FeedRefusedException;
import io.pairstream.feed.FeedSettings;
import io.pairstream.feed.OrderPlan;
import io.pairstream.feed.Position;
import io.pairstream.feed.View;
import io.pairstream.feed.ViewRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What a batch is, and what is read. */
final class FeedOptions {

  @Option(names = "--batch-size", paramLabel = "N", defaultValue = "32")
  int batchSize;

  @Option(names = "--side-px", paramLabel = "N", defaultValue = "256")
  private int sidePx;

  @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "training")
  String split;

  @Option(names = "--until-end")
  boolean untilEnd;

  @Option(names = "--position-file", paramLabel = "FILE")
  private Path positionFile;

  /** Null where a split is read as it grows. */
  @ArgGroup(exclusive = false, heading = "%nTo read a view in an order that can be repeated:%n")
  Run run;

  /** A run over a view. */
  static final class Run {

    @Option(names = "--view", paramLabel = "VIEW", required = true)
    String view;

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

    OrderPlan plan() {
      return new OrderPlan(seed, lanes, window);
    }

    ViewRun over(View read) {
      ViewRun over = ViewRun.of(read, plan()).rank(rank, ranks);
      return epochs == null ? over : over.epochs(epochs);
    }
  }

  /**
   * Settings of the feed.
   *
   * @throws IllegalArgumentException where they make no sense
   */
  FeedSettings settings() {
    if (run != null && untilEnd) {
      throw new IllegalArgumentException("--view goes without --until-end (use --epochs)");
    }
    Path folder = positionFile == null ? null : positionFile.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new IllegalArgumentException("--position-file: there is no folder " + folder);
    }
    int ranks = run == null ? 1 : run.ranks;
    if (ranks < 1 || batchSize % ranks != 0) {
      int least = Math.max(1, ranks);
      int below = Math.max(1, batchSize / least) * least;
      throw new IllegalArgumentException(
          "--batch-size %d cannot be shared by --ranks %d alike; the nearest sizes are %d and %d"
              .formatted(batchSize, ranks, below, below + least));
    }
    FeedSettings settings = FeedSettings.ofBatches(batchSize / ranks).side(sidePx);
    if (run != null && split.equals("training")) {
      // All ranks make the same number of steps; figures over other splits need every pair.
      return settings.lastBatch(FeedSettings.LastBatch.DROP);
    }
    return untilEnd ? settings.until(FeedSettings.End.WHERE_LOG_ENDS) : settings;
  }

  /** Where a split is read from. */
  String begin() {
    return positionFile != null && Files.exists(positionFile)
        ? "where " + positionFile + " says"
        : "the first that the topic holds";
  }

  /** The position of the start before, where one is kept. */
  <P extends Position> Optional<P> kept(Function<String, P> parse) throws IOException {
    if (positionFile == null || !Files.exists(positionFile)) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse.apply(Files.readString(positionFile)));
    } catch (FeedRefusedException e) {
      throw new FeedRefusedException("--position-file " + positionFile + ": " + e.getMessage());
    }
  }

  /** Writes beside the file and renames, so that a crash leaves the old position or the new one. */
  void keep(Position position) throws IOException {
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
}
