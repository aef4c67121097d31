package io.pairstream.service.requirements;

import io.pairstream.service.report.Obstacle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether the disk of a state directory has room: a store that cannot write ends its thread. */
public record DiskSpace(Path directory) {

  /** Bytes that stores may write between two checks, with a wide margin. */
  private static final long NEEDED_BYTES = 256L * 1024 * 1024;

  /** Reason why there is too little room, or why that is unknown; empty where there is enough. */
  public Optional<String> trouble() {
    return obstacle().map(Obstacle::text);
  }

  /** Reason why there is too little room, in a sentence that the dashboard knows. */
  public Optional<Obstacle> obstacle() {
    if (directory.toFile().getUsableSpace() >= NEEDED_BYTES) {
      return Optional.empty();
    }
    return Optional.of(
        Files.isDirectory(directory)
            ? Obstacle.known(
                "DISK_FULL",
                "the disk of {0} has less than {1} MiB left",
                directory,
                NEEDED_BYTES >> 20)
            : Obstacle.known(
                "DISK_NOT_SEEN", "the state directory cannot be looked at: {0}", directory));
  }
}
