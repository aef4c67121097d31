package io.pairstream.image.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Result of a command that was run to find out what this system's sandbox can do.
 *
 * @param status exit status; -1 where the command could not be started
 * @param firstLine first line of stderr that is no warning of JavaCPP; a sentence on the end where
 *     there is none
 */
record SandboxTrial(int status, String firstLine) {

  /** Beginning of what JavaCPP says of bindings of another version, which work. */
  private static final String WARNING = "Warning: ";

  private static final int NOT_STARTED = -1;
  private static final int MAX_STDERR_BYTES = 8192;

  /**
   * Runs a command to its end.
   *
   * @param limit processor time of the command
   * @throws IOException where it does not end in time
   */
  static SandboxTrial of(ProcessBuilder builder, Duration limit) throws IOException {
    Process process;
    try {
      process = builder.redirectOutput(Redirect.DISCARD).start();
    } catch (IOException e) {
      return new SandboxTrial(NOT_STARTED, "not installed");
    }
    String command = String.join(" ", builder.command());
    try (InputStream err = process.getErrorStream()) {
      Deadline deadline = new Deadline(process.toHandle(), limit);
      process.waitFor();
      if (!deadline.met()) {
        throw new IOException("not within " + limit.toMillis() + " ms: " + command);
      }
      String lines = new String(err.readNBytes(MAX_STDERR_BYTES), StandardCharsets.UTF_8).strip();
      return new SandboxTrial(
          process.exitValue(),
          lines
              .lines()
              .filter(line -> !line.startsWith(WARNING))
              .findFirst()
              .orElse("exit status " + process.exitValue()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the sandbox was tried out: " + command);
    } finally {
      process.destroyForcibly();
    }
  }
}
