package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

  /** Exit status of smoke.sh where something that it needs is not there (EX_UNAVAILABLE). */
  private static final int NOT_HERE = 69;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"in the open", "--tls"})
  void comesUpTakesPairsSurvivesKillsAndEndsInOrder(String how) throws Exception {
    ContainerEngine.require();
    Path log = folder.resolve("smoke.log");
    List<String> command =
        new ArrayList<>(
            List.of(
                PROJECT.resolve("deploy/smoke.sh").toString(),
                "--app",
                PROJECT.resolve("command/target/app").toString()));
    if (how.equals("--tls")) {
      command.add(how);
    }
    Process smoke =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      boolean ended = smoke.waitFor(45, TimeUnit.MINUTES);

      assertThat(ended).as("smoke.sh ends; it said: %s", said(log)).isTrue();
      if (smoke.exitValue() == NOT_HERE) {
        ContainerEngine.missing(said(log).strip());
      }
      assertThat(smoke.exitValue()).as(said(log)).isZero();
    } finally {
      // Its script takes the containers down when it is asked to end.
      smoke.destroy();
      boolean unused = smoke.waitFor(1, TimeUnit.MINUTES);
    }
    System.out.print(said(log));
  }

  private static String said(Path log) throws IOException {
    return Files.readString(log);
  }
}
