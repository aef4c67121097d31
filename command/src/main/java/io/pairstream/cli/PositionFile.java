package io.pairstream.cli;

import io.pairstream.feed.Position;
import io.pairstream.feed.view.PositionRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Function;

/**
 * Keeps a feed's position from one start to the next.
 *
 * @param file null to keep it nowhere
 */
record PositionFile(Path file) {

  <P extends Position> Optional<P> read(Function<String, P> parse) throws IOException {
    if (file == null || !Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse.apply(Files.readString(file)));
    } catch (PositionRefusedException e) {
      throw new PositionRefusedException("--position-file " + file + ": " + e.getMessage());
    }
  }

  /** Writes beside the file and renames, so that a crash leaves the old position or the new one. */
  void write(Position position) throws IOException {
    if (file != null) {
      Path beside = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(beside, position.toJson());
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
