package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a process ends, and what is known of it then; a shell stands in for Java. */
@Timeout(1800)
class PlatformProcessTest {

  private static final String UNTIL_THE_HARNESS_ENDS = "echo ready; read line";

  @TempDir private Path folder;
  private PlatformProcess process;

  @AfterEach
  void nothingIsLeft() {
    process.kill();
  }

  @Test
  void endsByItselfUntilItIsStartedAgain() {
    process = process("exit 3");
    assertThat(process.endedByItself()).isFalse();

    process.start();
    awaitEnd();
    assertThat(process.endedByItself()).isTrue();

    process.kill();
    assertThat(process.endedByItself()).isTrue();
  }

  @Test
  void aNewStartForgetsHowTheLastOneEnded() {
    running(UNTIL_THE_HARNESS_ENDS);
    process.kill();
    assertThat(process.endedByItself()).isFalse();

    process.start();
    process.running().destroyForcibly();

    awaitEnd();
    assertThat(process.endedByItself()).isTrue();
  }

  @Test
  void standsStillUntilItIsBroughtBack() {
    running(UNTIL_THE_HARNESS_ENDS);

    process.freeze();
    Await.until("it stands still", () -> state().startsWith("T"), this::state);
    process.bringBack();

    Await.until("it goes on", () -> !state().startsWith("T"), this::state);
    assertThat(process.isRunning()).isTrue();
  }

  @Test
  void goesOnWhereItsChildHasCrashed() {
    running("tail -f /dev/null & echo ready; wait $!; echo ended with $?; read line");

    process.crashChild();

    Path log = folder.resolve("log");
    Await.until("it goes on", () -> text(log).contains("ended with 139"), () -> text(log));
    assertThat(process.isRunning()).isTrue();
  }

  /** The third word of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. */
  private String state() {
    String stat = text(Path.of("/proc", "" + process.running().pid(), "stat"));
    return stat.substring(stat.lastIndexOf(')') + 2);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void running(String script) {
    process = process(script);
    process.start();
    process.awaitReady();
  }

  private void awaitEnd() {
    Await.until("it has ended", () -> !process.isRunning(), process::logEnd);
  }

  private PlatformProcess process(String script) {
    Path log = folder.resolve("log");
    return new PlatformProcess(
        "shell", List.of("sh", "-c", script), folder, () -> text(log).contains("ready"), log);
  }
}
