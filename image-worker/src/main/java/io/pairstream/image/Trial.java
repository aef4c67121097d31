package io.pairstream.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** How a command ended, and what it said first, but for warnings. */
record Trial(int status, String said) {

  /** Beginning of what JavaCPP says of bindings of another version, which work. */
  private static final String WARNING = "Warning: ";

  private static final int NOT_STARTED = -1;
  private static final int MAX_SAID_BYTES = 8192;

  static Trial of(ProcessBuilder builder, Duration limit) throws IOException {
    Process process;
    try {
      process = builder.redirectOutput(Redirect.DISCARD).start();
    } catch (IOException e) {
      return new Trial(NOT_STARTED, "not installed");
    }
    try (InputStream err = process.getErrorStream()) {
      Deadline deadline = new Deadline(process.toHandle(), limit);
      process.waitFor();
      if (!deadline.met()) {
        throw new IOException(
            "not within " + limit.toMillis() + " ms: " + String.join(" ", builder.command()));
      }
      String said = new String(err.readNBytes(MAX_SAID_BYTES), StandardCharsets.UTF_8).strip();
      return new Trial(
          process.exitValue(),
          said.lines()
              .filter(line -> !line.startsWith(WARNING))
              .findFirst()
              .orElse("exit status " + process.exitValue()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while it was tried what holds workers back");
    } finally {
      process.destroyForcibly();
    }
  }
}
