package io.pairstream.system;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A Python environment with the packages of a requirements file, kept between builds. Where it
 * cannot be made, the test is skipped with the reason, unless {@code ENGINE_REQUIRED} is true.
 */
final class PythonEnvironment {

  private final Path directory;

  private PythonEnvironment(Path directory) {
    this.directory = directory;
  }

  /** The environment in a directory, made where it is not there or has other requirements. */
  static PythonEnvironment of(Path directory, Path requirements) throws Exception {
    PythonEnvironment environment = new PythonEnvironment(directory);
    Path made = directory.resolve("requirements.txt");
    if (!Files.exists(made) || Files.mismatch(made, requirements) >= 0) {
      Files.deleteIfExists(made);
      required(List.of("python3", "-m", "venv", "--clear", directory.toString()));
      required(
          List.of(
              environment.python(),
              "-m",
              "pip",
              "install",
              "--quiet",
              "--disable-pip-version-check",
              "--requirement",
              requirements.toString()));
      // Last, so that one that was made by halves is made again.
      Path unused = Files.copy(requirements, made);
    }
    return environment;
  }

  /** Runs a script and returns what it printed, or fails with that. */
  String run(Map<String, String> variables, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(python()));
    command.addAll(List.of(arguments));
    Ended ended = end(command, variables);
    if (ended.status() != 0) {
      fail("%s ended with %d: %s", command, ended.status(), ended.output());
    }
    return ended.output();
  }

  private String python() {
    return directory.resolve("bin").resolve("python").toString();
  }

  private static void required(List<String> command) throws Exception {
    String problem;
    try {
      Ended ended = end(command, Map.of());
      if (ended.status() == 0) {
        return;
      }
      problem = ended.output();
    } catch (IOException e) {
      problem = e.getMessage();
    }
    String message = "no Python with its packages: " + String.join(" ", command) + ": " + problem;
    if (Boolean.parseBoolean(System.getenv("ENGINE_REQUIRED"))) {
      fail(message);
    }
    abort(message + "; ENGINE_REQUIRED=true makes this a failure");
  }

  private static Ended end(List<String> command, Map<String, String> variables) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(variables);
    Process process = builder.start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new Ended(process.waitFor(), output);
  }

  private record Ended(int status, String output) {}
}
