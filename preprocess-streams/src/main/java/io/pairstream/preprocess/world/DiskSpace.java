package io.pairstream.preprocess.world;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether the disk of the state directory has room: a store that cannot write ends its thread. */
public final class DiskSpace implements Admission.Condition {

  /** What the stores may write between two looks, with a wide margin. */
  private static final long NEEDED_BYTES = 256L * 1024 * 1024;

  private final Path directory;

  public DiskSpace(Path directory) {
    this.directory = directory;
  }

  @Override
  public Optional<String> trouble() {
    // One call of the system. A file store reads the whole table of mounts first, at each poll.
    if (directory.toFile().getUsableSpace() >= NEEDED_BYTES) {
      return Optional.empty();
    }
    try {
      long usable = Files.getFileStore(directory).getUsableSpace();
      return usable >= NEEDED_BYTES
          ? Optional.empty()
          : Optional.of(
              "the disk of "
                  + directory
                  + " has less than "
                  + NEEDED_BYTES / (1024 * 1024)
                  + " MiB left");
    } catch (IOException e) {
      return Optional.of("the state directory cannot be looked at: " + e.getMessage());
    }
  }
}
