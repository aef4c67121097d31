package io.pairstream.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a process takes, by the operating system's word.
 *
 * @param used processor time so far, user and system
 * @param atNanos when this was asked for, on a clock of its own
 * @param residentBytes memory in use, with what is mapped from files; 0 where nobody says
 * @param mostResidentBytes the most it ever was; likewise
 */
public record Footprint(Duration used, long atNanos, long residentBytes, long mostResidentBytes) {

  /**
   * What a process takes now.
   *
   * @throws IOException where the system does not let it be read
   */
  public static Footprint of(ProcessHandle process) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    List<String> lines = Files.isReadable(status) ? Files.readAllLines(status) : List.of();
    return new Footprint(
        process.info().totalCpuDuration().orElse(Duration.ZERO),
        System.nanoTime(),
        bytes(lines, "VmRSS:"),
        bytes(lines, "VmHWM:"));
  }

  /** Share of one core since an earlier look, in percent. */
  public double percentSince(Footprint earlier) {
    return 100.0 * used.minus(earlier.used).toNanos() / (atNanos - earlier.atNanos);
  }

  /** The kernel counts in units of 1,024 bytes and calls them kB. */
  static long bytes(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).replace("kB", "").strip())
        .mapToLong(kilobytes -> Long.parseLong(kilobytes) * 1024)
        .findFirst()
        .orElse(0);
  }
}
