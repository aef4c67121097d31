package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux does to and tells of a process. */
public final class Signals {

  private Signals() {}

  /**
   * Sends a signal.
   *
   * @param signal its name without SIG, such as {@code STOP}
   * @throws AssertionError where it cannot be sent
   */
  public static void send(String signal, long pid) {
    SystemCommand.run("kill", "-" + signal, String.valueOf(pid));
  }

  /** Lets a process go on (SIGCONT); harmless where it is not held, or has just ended. */
  public static void thaw(long pid) {
    SystemCommand.attempt("kill", "-CONT", String.valueOf(pid));
  }

  /**
   * The memory that a process holds in RAM, in bytes; 0 where it is gone. Without the pages of
   * files that it has mapped, such as a broker's indexes, which the kernel takes back as it likes.
   */
  public static long residentBytes(long pid) {
    try {
      long bytes = 0;
      for (String line : Files.readAllLines(Path.of("/proc", String.valueOf(pid), "status"))) {
        if (line.startsWith("RssAnon:") || line.startsWith("RssShmem:")) {
          bytes += Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
      return bytes;
    } catch (IOException e) {
      return 0;
    }
  }
}
