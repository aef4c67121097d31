package io.pairstream.operations.lag;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The real {@code promtool}, which comes with Prometheus. */
final class Promtool {

  private Promtool() {}

  /**
   * How it ended.
   *
   * @param status 0 where all is right, 3 where a metric's name is against the customs
   * @param output stdout and stderr
   */
  record Ended(int status, String output) {}

  /** Runs it, or skips the test where it is not installed. */
  static Ended run(String input, String... arguments) throws IOException, InterruptedException {
    boolean isThere =
        List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool")));
    assumeTrue(isThere, "there is no promtool on PATH; Debian's package prometheus has it");
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }
}
