package io.pairstream.testing;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.pairstream.testing.PythonVenv.MissingPythonException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A Python with packages, for a test that runs scripts.
 *
 * <p>Where it cannot be made, the test is skipped with the reason, unless {@code PYTHON_REQUIRED}
 * or {@code ENGINE_REQUIRED} is true in the environment, or the property {@code python.required}.
 * The variable {@code PAIRSTREAM_PYTHON} names a Python that has the packages already.
 */
public final class PythonEnvironment {

  private final String python;

  private PythonEnvironment(String python) {
    this.python = python;
  }

  /** The environment in a directory, made where it is not there or has other requirements. */
  public static PythonEnvironment of(Path directory, Path... requirements) throws Exception {
    String ready = System.getenv("PAIRSTREAM_PYTHON");
    if (ready != null) {
      return new PythonEnvironment(ready);
    }
    try {
      return new PythonEnvironment(PythonVenv.python(directory, List.of(requirements)).toString());
    } catch (MissingPythonException e) {
      throw missing(e.getMessage());
    }
  }

  /** Runs a script and returns what it printed, or fails with that. */
  public String run(Map<String, String> variables, String... arguments) throws Exception {
    return run(Path.of("").toAbsolutePath(), variables, arguments);
  }

  /** The same, in a folder. */
  public String run(Path folder, Map<String, String> variables, String... arguments)
      throws Exception {
    Process process =
        builder(variables, arguments).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
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
