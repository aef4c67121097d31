package io.pairstream.service.requirements;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether the disk of a state directory has room: a store that cannot write ends its thread. */
public record DiskSpace(Path directory) {

  /** Bytes that stores may write between two checks, with a wide margin. */
  private static final long NEEDED_BYTES = 256L * 1024 * 1024;

  /** Reason why there is too little room, or why that is unknown; empty where there is enough. */
  public Optional<String> trouble() {
    if (directory.toFile().getUsableSpace() >= NEEDED_BYTES) {
      return Optional.empty();
    }
    return Optional.of(
        Files.isDirectory(directory)
            ? "the disk of " + directory + " has less than " + (NEEDED_BYTES >> 20) + " MiB left"
            : "the state directory cannot be looked at: " + directory);
  }
}
