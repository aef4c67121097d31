package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Programs of the operating system, run to their end, whether this thread is interrupted or not.
 */
final class SystemCommand {

  private static final Duration LIMIT = Duration.ofMinutes(5);

  private SystemCommand() {}

  /**
   * Runs it and answers what it printed.
   *
   * @throws AssertionError where it does not end well, with what it printed
   */
  static String run(String... command) {
    Result result = result(LIMIT, command);
    if (result.status() != 0) {
      throw new AssertionError(
          String.join(" ", command) + " ended with " + result.status() + ": " + result.printed());
    }
    return result.printed();
  }

  /** Runs it; answers what went wrong, if anything. */
  static Optional<String> attempt(String... command) {
    return attempt(LIMIT, command);
  }

  /** The same with a limit of its own, after which the program is ended. */
  static Optional<String> attempt(Duration limit, String... command) {
    Result result = result(limit, command);
    return result.status() == 0 ? Optional.empty() : Optional.of(result.printed().strip());
  }

  /** Runs it; answers what it printed, or nothing where it does not end well. */
  static Optional<String> ask(String... command) {
    Result result = result(LIMIT, command);
    return result.status() == 0 ? Optional.of(result.printed()) : Optional.empty();
  }

  /** Waits whether this thread is interrupted or not; answers whether the process has ended. */
  static boolean awaitEnd(Process process, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Result result(Duration limit, String... command) {
    try {
      // Not a pipe: reading one ends with the program, and with all that have it open.
      Path printed = Files.createTempFile("pairstream-command-", ".out");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        process.getOutputStream().close();
        if (!awaitEnd(process, limit)) {
          process.destroyForcibly();
          return new Result(-1, "no end within " + limit.toMillis() + " ms: " + List.of(command));
        }
        byte[] bytes = Files.readAllBytes(printed);
        return new Result(process.exitValue(), new String(bytes, StandardCharsets.UTF_8));
      } finally {
        Files.deleteIfExists(printed);
      }
    } catch (IOException e) {
      return new Result(-1, String.valueOf(e.getMessage()));
    }
  }

  private record Result(int status, String printed) {}
}
