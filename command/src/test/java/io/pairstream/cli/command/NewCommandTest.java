package io.pairstream.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cli.Ended;
import io.pairstream.testing.PythonEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of functions in Python, as {@code models new} and {@code recipe new} write them. */
public class NewCommandTest {

  private static final Path REQUIREMENTS =
      Path.of(System.getProperty("pairstream.project.dir"), "trainer-feed/python/requirements.txt");

  @TempDir private Path folder;

  /** A Python that has NumPy. */
  public static String python() throws Exception {
    return PythonEnvironment.of(REQUIREMENTS)
        .run(Map.of(), "-c", "import sys; print(sys.executable)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"models", "recipe"})
  void whatIsWrittenPassesItsCheckAndIsNotWrittenOver(String what) throws Exception {
    Path code = folder.resolve("own.py");
    Path yaml = folder.resolve("own.yaml");

    Ended.after(what + " new", code.toString()).done();

    Files.writeString(
        yaml, Files.readString(yaml).replace("python: python3", "python: " + python()));
    assertThat(Ended.after(what + " check", yaml.toString()).done().out())
        .containsPattern("^(own|.*own.yaml) is good");
    Ended.after(what + " new", code.toString())
        .failed(ExitStatus.WRONG_USAGE, code + " is there already");
    Ended.after(what + " new", folder.resolve("two-words.py").toString())
        .failed(ExitStatus.WRONG_USAGE, "FILE.py is a module's name, such as clip.py");
  }
}
