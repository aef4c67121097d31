package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.system.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a process ends, and what is known of it then; a shell stands in for Java. */
@Timeout(1800)
class PlatformProcessTest {

  private static final Duration SOON = Duration.ofMinutes(4);
  private static final String UNTIL_THE_HARNESS_ENDS = "echo ready; read line";

  @TempDir private Path folder;
  private PlatformProcess process;

  @AfterEach
  void nothingIsLeft() {
    process.kill();
  }

  @Test
  void endsWithinTheGraceWhereItListens() {
    running(UNTIL_THE_HARNESS_ENDS);

    assertThat(process.stop(SOON)).isTrue();

    assertThat(process.isRunning()).isFalse();
    assertThat(process.endedByItself()).isFalse();
    assertThat(process.stop(SOON)).isTrue();
  }

  @Test
  void isEndedAfterTheGraceWhereItDoesNotListen() {
    long harness = ProcessHandle.current().pid();
    running("trap '' TERM; echo ready; exec tail --pid=" + harness + " -f /dev/null");

    assertThat(process.stop(Duration.ofMillis(100))).isFalse();

    assertThat(process.isRunning()).isFalse();
    assertThat(process.endedByItself()).isFalse();
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
  void aSignalFromElsewhereIsNotOurs() {
    running(UNTIL_THE_HARNESS_ENDS);
    assertThat(process.endedByItself()).isFalse();

    Signals.send("KILL", process.pid());

    awaitEnd();
    assertThat(process.endedByItself()).isTrue();
  }

  @Test
  void aNewStartForgetsHowTheLastOneEnded() {
    running(UNTIL_THE_HARNESS_ENDS);
    process.kill();
    assertThat(process.endedByItself()).isFalse();

    process.start();
    Signals.send("KILL", process.pid());

    awaitEnd();
    assertThat(process.endedByItself()).isTrue();
  }

  @Test
  void isKilledAndAwaitedWhereTheThreadIsInterrupted() {
    running(UNTIL_THE_HARNESS_ENDS);
    Thread.currentThread().interrupt();

    process.kill();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(process.isRunning()).isFalse();
  }

  private void running(String script) {
    process = process(script);
    process.start();
    process.awaitReady(SOON);
  }

  private void awaitEnd() {
    Await.until("it has ended", SOON, () -> !process.isRunning(), process::logEnd);
  }

  private PlatformProcess process(String script) {
    Path log = folder.resolve("log");
    // Java and its arguments are the shell's arguments, and not looked at.
    Place shell = new Place("127.0.0.1", List.of("sh", "-c", script, "sh"));
    ProcessCommand command =
        new ProcessCommand(
            shell, List.of(), "none", List.of("None"), Map.of(), folder.resolve("work"));
    return new PlatformProcess(
        "shell", command, () -> Files.readString(log).contains("ready"), log);
  }
}
