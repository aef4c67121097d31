package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole platform in containers, as {@code deploy/compose.yaml} has it, and with certificates
 * and rights, as {@code deploy/tls/compose.yaml} adds them.
 */
@Tag("full")
@Timeout(3000)
class ComposeTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));

  /** Exit status of a script where something that it needs is not there (EX_UNAVAILABLE). */
  private static final int NOT_HERE = 69;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"in the open", "--tls"})
  void comesUpTakesPairsSurvivesKillsAndEndsInOrder(String how) throws Exception {
    ContainerEngine.require();
    List<String> options = how.equals("--tls") ? List.of(how) : List.of();

    run("smoke.sh", options, folder.resolve("smoke.log"), ContainerEngine::missing);
  }

  /**
   * Runs a script below {@code deploy}, which takes the program as it was built, and has to end
   * well.
   *
   * @param missing hears what it needs and does not find; skips the test, or fails it
   */
  static void run(String script, List<String> options, Path log, Consumer<String> missing)
      throws Exception {
    String built = PROJECT.resolve("command/target/app").toString();
    List<String> command = new ArrayList<>(List.of("deploy/" + script, "--app", built));
    command.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(command).directory(PROJECT.toFile());
    Process smoke = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      boolean ended = smoke.waitFor(45, TimeUnit.MINUTES);

      String said = Files.readString(log);
      assertThat(ended).as("the script ends; it said: %s", said).isTrue();
      if (smoke.exitValue() == NOT_HERE) {
        missing.accept(said.strip());
      }
      assertThat(smoke.exitValue()).as(said).isZero();
    } finally {
      // Its script takes down what it has made when it is asked to end.
      smoke.destroy();
      boolean unused = smoke.waitFor(3, TimeUnit.MINUTES);
    }
    System.out.print(Files.readString(log));
  }
}
