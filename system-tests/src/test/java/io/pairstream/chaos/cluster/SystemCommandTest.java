package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A program's end, its output and its limit. */
@Timeout(300)
class SystemCommandTest {

  @Test
  void answersWhatWasPrintedToBothOutputs() {
    assertThat(SystemCommand.run("sh", "-c", "echo one; echo two >&2")).isEqualTo("one\ntwo\n");
    assertThat(SystemCommand.ask("sh", "-c", "echo one")).contains("one\n");
  }

  @Test
  void saysWhatWentWrong() {
    assertThat(SystemCommand.attempt("sh", "-c", "echo why; exit 3")).contains("why");
    assertThat(SystemCommand.attempt("true")).isEmpty();
    assertThat(SystemCommand.attempt("no-such-program")).isPresent();
    assertThat(SystemCommand.ask("false")).isEmpty();
    assertThatThrownBy(() -> SystemCommand.run("sh", "-c", "echo why; exit 3"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("ended with 3: why");
  }

  @Test
  void endsAProgramThatHangsWithItsOutputOpen() {
    assertThat(SystemCommand.attempt(Duration.ofMillis(200), "tail", "-f", "/dev/null"))
        .hasValueSatisfying(why -> assertThat(why).contains("no end within 200 ms"));
  }

  @Test
  void doesNotWaitForWhatAProgramLeavesRunning() {
    // What is left has the output open, and ends with the harness's process at the latest.
    String command = "tail --pid=" + ProcessHandle.current().pid() + " -f /dev/null & echo $!";

    String left = SystemCommand.run("sh", "-c", command).strip();

    assertThat(SystemCommand.attempt("kill", "-KILL", left)).isEmpty();
  }

  @Test
  void runsToTheEndWhereTheThreadIsInterrupted() {
    Thread.currentThread().interrupt();

    String printed = SystemCommand.run("echo", "one");

    assertThat(Thread.interrupted()).isTrue();
    assertThat(printed).isEqualTo("one\n");
  }
}
