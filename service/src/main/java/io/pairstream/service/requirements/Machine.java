package io.pairstream.service.requirements;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Obstacles on this machine to running processes well, in words for an operator.
 *
 * @param disk says that the disk is full; empty where it has room
 * @param load says that there is more to do than processors for it; empty where there is not
 */
public record Machine(Supplier<Optional<String>> disk, Supplier<Optional<String>> load) {

  /** Runnable processes per processor above which starts take minutes. */
  private static final double TOO_BUSY = 4;

  /** The machine that this process runs on, with a folder's disk. */
  public static Machine of(Path folder) {
    return new Machine(() -> full(folder), Machine::busy);
  }

  private static Optional<String> full(Path folder) {
    return new DiskSpace(folder)
        .trouble()
        .map(
            trouble ->
                "%s (%d MiB): make room there, and all goes on by itself"
                    .formatted(trouble, folder.toFile().getUsableSpace() >> 20));
  }

  private static Optional<String> busy() {
    return busy(
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        Runtime.getRuntime().availableProcessors());
  }

  /**
   * @param load processes that run or want to, as the system counts them; negative where it does
   *     not
   */
  static Optional<String> busy(double load, int processors) {
    return load <= TOO_BUSY * processors
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "this machine is too busy, with a load of %.0f on %d processors: stop other"
                    + " programs, or wait; nothing that has begun is given up",
                load,
                processors));
  }

  /** The gravest that is the matter; empty where nothing is. */
  public Optional<String> trouble() {
    return disk.get().or(load);
  }
}
