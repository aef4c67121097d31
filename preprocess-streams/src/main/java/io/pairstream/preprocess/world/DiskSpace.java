package io.pairstream.preprocess.world;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether the disk of the state directory has room: a store that cannot write ends its thread. */
public record DiskSpace(Path directory) implements Admission.Condition {

  /** What the stores may write between two looks, with a wide margin. */
  private static final long NEEDED_BYTES = 256L * 1024 * 1024;

  @Override
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
