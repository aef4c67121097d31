package io.pairstream.cli.training;

import io.pairstream.feed.batch.FeedPosition;
import io.pairstream.feed.batch.FeedSettings;
import io.pairstream.feed.source.FeedRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of a feed: the size of its batches, and what is read. */
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

  @Option(names = "--view", paramLabel = "VIEW", hidden = true)
  String view;

  /**
   * Settings of the feed.
   *
   * @throws IllegalArgumentException where they make no sense
   */
  FeedSettings settings() {
    Path folder = positionFile == null ? null : positionFile.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new IllegalArgumentException("--position-file: there is no folder " + folder);
    }
    FeedSettings settings = FeedSettings.ofBatches(batchSize).side(sidePx);
    return untilEnd ? settings.until(FeedSettings.End.WHERE_LOG_ENDS) : settings;
  }

  /** Where a split is read from. */
  String begin() {
    return positionFile != null && Files.exists(positionFile)
        ? "where " + positionFile + " says"
        : "the first that the topic holds";
  }

  /** The position of the start before, where one is kept. */
  Optional<FeedPosition> kept() throws IOException {
    if (positionFile == null || !Files.exists(positionFile)) {
      return Optional.empty();
    }
    try {
      return Optional.of(FeedPosition.parse(Files.readString(positionFile)));
    } catch (FeedRefusedException e) {
      throw new FeedRefusedException("--position-file " + positionFile + ": " + e.getMessage());
    }
  }

  /** Writes beside the file and renames, so that a crash leaves the old position or the new one. */
  void keep(FeedPosition position) throws IOException {
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
