package io.pairstream.testing;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A virtual environment of Python with the packages of requirements files, kept between builds.
 *
 * <p>A program of this one file as well, which needs no build: {@code java PythonVenv.java
 * DIRECTORY REQUIREMENTS...} makes what tests would make later.
 */
public final class PythonVenv {

  private static final String IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 10))";

  private PythonVenv() {}

  /** There is no Python, or it does not get its packages; the message says which and why. */
  public static final class MissingPythonException extends Exception {

    private static final long serialVersionUID = 1;

    MissingPythonException(String message) {
      super(message);
    }
  }

  /** Makes the environment; exit status 1 where it cannot be made. */
  public static void main(String[] arguments) throws Exception {
    List<Path> paths =
        Arrays.stream(arguments).map(path -> Path.of(path).toAbsolutePath()).toList();
    try {
      System.out.println(python(paths.get(0), paths.subList(1, paths.size())));
    } catch (MissingPythonException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /**
   * The Python of the environment in a directory, which is made where it is not there or has other
   * requirements.
   */
  static Path python(Path directory, List<Path> requirements)
      throws IOException, InterruptedException, MissingPythonException {
    Files.createDirectories(directory);
    Path python = directory.resolve("bin").resolve("python");
    // Test classes of one module run side by side in processes of their own.
    try (FileChannel channel =
            FileChannel.open(
                directory.resolveSibling(directory.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (!lock.isValid()) {
        throw new IllegalStateException("the lock of " + directory + " is gone");
      }
      make(directory, python, requirements);
    }
    return python;
  }

  private static void make(Path directory, Path python, List<Path> requirements)
      throws IOException, InterruptedException, MissingPythonException {
    Path made = directory.resolve("requirements.txt");
    StringBuilder expected = new StringBuilder();
    for (Path file : requirements) {
      expected.append(Files.readString(file));
    }
    if (Files.exists(made) && Files.readString(made).contentEquals(expected)) {
      return;
    }
    Files.deleteIfExists(made);
    Path log = directory.resolveSibling(directory.getFileName() + ".log");
    run(log, List.of(newEnoughPython(), "-m", "venv", "--clear", directory.toString()));
    List<String> install =
        new ArrayList<>(
            List.of(
                python.toString(),
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
    Path unused = Files.writeString(made, expected);
  }

  /** The first Python on the path that is new enough. */
  private static String newEnoughPython() throws InterruptedException, MissingPythonException {
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
    throw new MissingPythonException("there is no python3 of version 3.10 or newer on the path");
  }

  private static void run(Path log, List<String> command)
      throws IOException, InterruptedException, MissingPythonException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    process.getOutputStream().close();
    if (process.waitFor() != 0) {
      Optional<String> last = Files.readAllLines(log).stream().reduce((before, line) -> line);
      throw new MissingPythonException(
          "%s failed: %s; %s says more"
              .formatted(String.join(" ", command), last.orElse("without a word"), log));
    }
  }
}
