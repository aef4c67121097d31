package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a dead harness has left is ended, and nothing else. */
@Timeout(1800)
class ProcessCommandTest {

  private static final int KILLED = 128 + 9;

  @Test
  void sweepsOnlyWhatBearsTheMarkOfADeadHarness() throws Exception {
    HarnessMark ours = HarnessMark.ofThisProcess();
    assumeTrue(ours.namespace() != 0, "the system tells no namespaces");
    HarnessMark dead = new HarnessMark(ours.namespace(), ours.pid(), ours.started() - 1);
    HarnessMark elsewhere = new HarnessMark(ours.namespace() + 1, 57, 1);
    List<Process> others = new ArrayList<>();
    for (String mark : List.of(ours.toString(), elsewhere.toString(), "x", "57", "")) {
      others.add(marked(mark));
    }
    Process left = marked(dead.toString());

    ProcessCommand.sweep();

    assertThat(left.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(left.exitValue()).isEqualTo(KILLED);
    for (Process other : others) {
      other.getOutputStream().close();
      assertThat(other.waitFor()).isZero();
    }
  }

  /** Runs until its input is closed. */
  private static Process marked(String mark) throws IOException {
    return new ProcessBuilder("sh", "-c", "read line; exit 0", "sh", ProcessCommand.MARK + mark)
        .start();
  }
}
