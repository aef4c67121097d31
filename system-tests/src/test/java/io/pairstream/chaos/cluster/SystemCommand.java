package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs of the operating system, run to their end. */
final class SystemCommand {

  private static final int LIMIT_SECONDS = 60;

  private SystemCommand() {}

  /**
   * Runs it and answers what it printed.
   *
   * @throws AssertionError where it does not end well, with what it printed
   */
  static String run(String... command) {
    Result result = result(command);
    if (result.status() != 0) {
      throw new AssertionError(
          String.join(" ", command) + " ended with " + result.status() + ": " + result.printed());
    }
    return result.printed();
  }

  /** Runs it; answers what went wrong, if anything. */
  static Optional<String> attempt(String... command) {
    Result result = result(command);
    return result.status() == 0 ? Optional.empty() : Optional.of(result.printed().strip());
  }

  private static Result result(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Result(-1, "no end within " + LIMIT_SECONDS + " s: " + List.of(command));
      }
      return new Result(process.exitValue(), printed);
    } catch (IOException e) {
      return new Result(-1, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted during " + List.of(command), e);
    }
  }

  private record Result(int status, String printed) {}
}
