package io.pairstream.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Python with the packages of requirements files, for tests that run scripts.
 *
 * <p>It lies in the user's cache, by the digest of Python and requirements, so that builds of all
 * clones share it. Where it cannot be made, the test is skipped with the reason, unless {@code
 * PYTHON_REQUIRED} or {@code ENGINE_REQUIRED} is true in the environment, or the property {@code
 * python.required}. The variable {@code PAIRSTREAM_PYTHON} names a Python that has the packages
 * already.
 */
public record PythonEnvironment(String python) {

  private static final String IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 10))";
  private static final String VERSION = "import sys; print(sys.version, sys.base_prefix)";
  private static final Path CACHE =
      Path.of(
              Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                  .filter(folder -> !folder.isEmpty())
                  .orElse(System.getProperty("user.home") + "/.cache"))
          .resolve("pairstream/python");

  /** The environment of requirements files, made where it is not there. */
  public static PythonEnvironment of(Path... requirements) throws Exception {
    String ready = System.getenv("PAIRSTREAM_PYTHON");
    if (ready != null) {
      return new PythonEnvironment(ready);
    }
    String base = onPath();
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(new PythonEnvironment(base).run(Map.of(), "-c", VERSION).getBytes(UTF_8));
    for (Path file : requirements) {
      digest.update(Files.readAllBytes(file));
    }
    Files.createDirectories(CACHE);
    Path directory = CACHE.resolve(HexFormat.of().formatHex(digest.digest(), 0, 8));
    // Test classes, and builds, run side by side in processes of their own.
    try (FileChannel channel =
            FileChannel.open(
                CACHE.resolve(directory.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (!lock.isValid()) {
        throw new IllegalStateException("the lock of " + directory + " is gone");
      }
      String python = directory.resolve("bin/python").toString();
      make(directory, base, python, List.of(requirements));
      return new PythonEnvironment(python);
    }
  }

  private static void make(Path directory, String base, String python, List<Path> requirements)
      throws IOException, InterruptedException {
    Path made = directory.resolve("made");
    if (Files.exists(made)) {
      return;
    }
    Path log = directory.resolveSibling(directory.getFileName() + ".log");
    run(log, List.of(base, "-m", "venv", "--clear", directory.toString()));
    List<String> install =
        new ArrayList<>(
            List.of(
                python,
                "-m",
                "pip",
                "install",
                // What is imported is compiled then; most of it never is.
                "--no-compile",
                "--quiet",
                "--disable-pip-version-check"));
    requirements.forEach(file -> install.addAll(List.of("--requirement", file.toString())));
    run(log, install);
    // Last, so that one that was made by halves is made again.
    Files.createFile(made);
  }

  /**
   * The name of a Python on the path that is new enough, for scripts that need no packages.
   *
   * <p>Where there is none, the test is skipped, as above.
   */
  public static String onPath() throws InterruptedException {
    for (String name : List.of("python3", "python3.13", "python3.12", "python3.11", "python3.10")) {
      try {
        Process process = new ProcessBuilder(name, "-c", IS_NEW_ENOUGH).start();
        process.getOutputStream().close();
        if (process.waitFor() == 0) {
          return name;
        }
      } catch (IOException e) {
        // Not there: the next may be.
      }
    }
    throw missing("there is no python3 of version 3.10 or newer on the path");
  }

  private static void run(Path log, List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    process.getOutputStream().close();
    if (process.waitFor() != 0) {
      Optional<String> last = Files.readAllLines(log).stream().reduce((before, line) -> line);
      throw missing(
          "%s failed: %s; %s says more"
              .formatted(String.join(" ", command), last.orElse("without a word"), log));
    }
  }

  /** Runs a script and returns what it printed, or fails with that. */
  public String run(Map<String, String> variables, String... arguments) throws Exception {
    return run(Path.of("").toAbsolutePath(), variables, arguments);
  }

  /** Runs Python in a folder. */
  public String run(Path folder, Map<String, String> variables, String... arguments)
      throws Exception {
    Process process =
        builder(variables, arguments).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    int status = process.waitFor();
    if (status != 0) {
      fail("%s %s ended with %d: %s", python, List.of(arguments), status, output);
    }
    return output;
  }

  /** A script that has yet to be started. */
  public ProcessBuilder builder(Map<String, String> variables, String... arguments) {
    List<String> command = new ArrayList<>(List.of(python));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    // Where it is set, as in images of Python, each start compiles all that it imports again.
    builder.environment().remove("PYTHONDONTWRITEBYTECODE");
    builder.environment().put("PYTHONPYCACHEPREFIX", CACHE.resolve("compiled").toString());
    builder.environment().putAll(variables);
    return builder;
  }

  /** Fails or skips the test; the return type is for the compiler. */
  private static IllegalStateException missing(String problem) {
    boolean isRequired =
        Boolean.getBoolean("python.required")
            || Boolean.parseBoolean(System.getenv("PYTHON_REQUIRED"))
            || Boolean.parseBoolean(System.getenv("ENGINE_REQUIRED"));
    if (isRequired) {
      fail("no Python for the tests: %s", problem);
    }
    System.out.println("skipped, for want of Python: " + problem);
    abort(problem + "; PYTHON_REQUIRED=true makes this a failure");
    return new IllegalStateException(problem);
  }
}
