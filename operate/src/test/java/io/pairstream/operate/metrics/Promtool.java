package io.pairstream.operate.metrics;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The real {@code promtool}, which comes with Prometheus, and others of its kind. */
public final class Promtool {

  private Promtool() {}

  /**
   * How it ended.
   *
   * @param status 0 where all is right, 3 where a metric's name is against the customs
   * @param output stdout and stderr
   */
  public record Ended(int status, String output) {}

  /** Runs it, or skips the test where it is not installed. */
  public static Ended run(String input, String... arguments)
      throws IOException, InterruptedException {
    return run(found("prometheus", "promtool"), input, arguments);
  }

  /** Runs Alertmanager's {@code amtool}. */
  static Ended amtool(String... arguments) throws IOException, InterruptedException {
    return run(found("prometheus-alertmanager", "amtool"), "", arguments);
  }

  /**
   * A program on {@code PATH}; skips the test where there is none.
   *
   * @param debian the package that has it
   * @param names what it may be called
   */
  static Path found(String debian, String... names) {
    Optional<Path> found =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .flatMap(folder -> Stream.of(names).map(name -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(
        found.isPresent(),
        "there is no " + names[0] + " on PATH; Debian's package " + debian + " has it");
    return found.get();
  }

  private static Ended run(Path program, String input, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }
}
