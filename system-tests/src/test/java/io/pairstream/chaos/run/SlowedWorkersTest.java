package io.pairstream.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.system.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
@Timeout(120)
class SlowedWorkersTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private Process first;
  private Process second;
  private Process gone;

  @BeforeEach
  void start() throws Exception {
    first = new ProcessBuilder("sleep", "600").start();
    second = new ProcessBuilder("sleep", "600").start();
    gone = new ProcessBuilder("true").start();
    gone.waitFor();
  }

  @AfterEach
  void end() {
    first.destroyForcibly();
    second.destroyForcibly();
  }

  @Test
  void holdsThemNowAndThenAndLetsThemGoInTheEnd() {
    List<Long> pids = List.of(gone.pid(), first.pid(), second.pid());
    try (SlowedWorkers slowed = SlowedWorkers.of(() -> pids, 0.5, 0.3)) {
      for (Process each : List.of(first, second)) {
        Await.until("held", SOON, () -> isHeld(each), () -> each);
        Await.until("let go", SOON, () -> !isHeld(each), () -> each);
      }
      slowed.requireHeld();
    }

    assertThat(List.of(first, second)).noneMatch(SlowedWorkersTest::isHeld);
  }

  @Test
  void saysThatThereWasNobodyToHold() {
    try (SlowedWorkers slowed = SlowedWorkers.of(List::of, 0.5, 0)) {
      assertThatThrownBy(slowed::requireHeld).hasMessage("there were no image workers to hold");
    }
  }

  @Test
  void saysWhyTheyAreHeldNoLonger() {
    SlowedWorkers slowed =
        SlowedWorkers.of(
            () -> {
              throw new IllegalStateException("nobody knows them");
            },
            0.5,
            0.3);
    slowed.close();

    assertThatThrownBy(slowed::requireHeld)
        .hasMessage("image workers were not held to the end")
        .hasRootCauseMessage("nobody knows them");
  }

  /** Whether the third field of its line in /proc says that it is stopped. */
  private static boolean isHeld(Process process) {
    try {
      String stat = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
