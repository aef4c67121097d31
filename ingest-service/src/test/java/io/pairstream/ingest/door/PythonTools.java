package io.pairstream.ingest.door;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Python programs that test us, in an environment of their own below {@code target}, which is made
 * once for each list of requirements. Where Python or what it needs is missing, the test is skipped
 * with the reason, or fails where {@code ENGINE_REQUIRED=true}.
 */
public final class PythonTools {

  private final Path environment;

  /**
   * @param requirements a list as pip takes it, below {@code src/test/python}
   */
  public PythonTools(String requirements) throws IOException, InterruptedException {
    Path list = Path.of("src/test/python", requirements);
    environment =
        Path.of("target", "python", Integer.toHexString(Files.readString(list).hashCode()));
    Path complete = environment.resolve("complete");
    if (Files.exists(complete)) {
      return;
    }
    if (!succeeds(List.of("python3", "-m", "venv", environment.toString()))) {
      unavailable("there is no python3 that makes virtual environments");
    }
    if (!succeeds(List.of(tool("pip").toString(), "install", "--quiet", "-r", list.toString()))) {
      unavailable("pip does not get " + requirements);
    }
    Files.createFile(complete);
  }

  /**
   * Runs a program of the environment.
   *
   * @return what it writes, where it ends with another status than 0; empty where all is well
   */
  public String run(String program, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(tool(program).toString());
    command.addAll(Arrays.asList(arguments));
    Path output = Files.createTempFile("python", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .directory(environment.toFile())
              .start();
      int status = process.waitFor();
      return status == 0 ? "" : Files.readString(output);
    } finally {
      Files.delete(output);
    }
  }

  private Path tool(String name) {
    return environment.resolve("bin").resolve(name).toAbsolutePath();
  }

  private static boolean succeeds(List<String> command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static void unavailable(String why) {
    if (Boolean.parseBoolean(System.getenv("ENGINE_REQUIRED"))) {
      fail("ENGINE_REQUIRED is set, but " + why);
    }
    abort(why + "; ENGINE_REQUIRED=true makes this a failure");
  }
}
