package io.pairstream.cli.training;

import io.pairstream.feed.batch.FeedPosition;
import io.pairstream.feed.source.FeedRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The file in which a feed keeps its position.
 *
 * @param path null where no position is kept
 */
record PositionFile(Path path) {

  /**
   * Checks that the file can be written.
   *
   * @throws IllegalArgumentException where its folder does not exist
   */
  PositionFile {
    Path folder = path == null ? null : path.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new IllegalArgumentException("--position-file: there is no folder " + folder);
    }
  }

  private boolean exists() {
    return path != null && Files.exists(path);
  }

  /** Where the feed begins, as a message says it. */
  String begin() {
    return exists() ? "where " + path + " says" : "the first that the topic holds";
  }

  /**
   * Reads the position; null where none is kept yet.
   *
   * @throws FeedRefusedException where the file holds something else
   */
  FeedPosition read() throws IOException {
    if (!exists()) {
      return null;
    }
    try {
      return FeedPosition.parse(Files.readString(path));
    } catch (FeedRefusedException e) {
      throw new FeedRefusedException("--position-file " + path + ": " + e.getMessage());
    }
  }

  /** Writes beside the file and renames, so that a crash leaves the old position or the new one. */
  void write(FeedPosition position) throws IOException {
    if (path != null) {
      Path beside = path.resolveSibling(path.getFileName() + ".new");
      Files.writeString(beside, position.toJson());
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
