package io.pairstream.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pairstream.benchmarks.Contender.AbsentException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With contenders that are a line of shell. */
class ContenderTest {

  @TempDir private Path directory;

  @Test
  void countsWhatTheContenderSaysAndTimesItFromOutside() throws Exception {
    String busy = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done";
    try (Contender contender =
        start(
            "echo 'ready {\"version\": \"7\", \"calls\": \"none\"}'; "
                + "while read line; do "
                + busy
                + "; echo done 3 1; done")) {
      Pass pass = contender.pass("jpeg", 1, 0.03);

      assertThat(contender.version()).isEqualTo("7");
      assertThat(pass.images()).isPositive().isEqualTo(3 * pass.failures());
      assertThat(pass.cpuSeconds()).isGreaterThanOrEqualTo(0.03);
    }
  }

  @Test
  void aContenderThatCannotRunSaysWhy() {
    assertThatExceptionOfType(AbsentException.class)
        .isThrownBy(() -> start("echo absent no such library"))
        .withMessage("no such library");
  }

  @Test
  void aContenderThatDiesAtOnceIsAbsent() {
    assertThatExceptionOfType(AbsentException.class)
        .isThrownBy(() -> start("exit 3"))
        .withMessageContaining("does not start");
  }

  @Test
  void aContenderThatDiesLaterIsNoAnswer() throws Exception {
    try (Contender contender = start("echo 'ready {}'; read line")) {
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> contender.pass("jpeg", 1, 0));
    }
  }

  private Contender start(String shell) throws IOException, AbsentException {
    return Contender.start("shell", List.of("sh", "-c", shell), directory.resolve("complaints"));
  }
}
