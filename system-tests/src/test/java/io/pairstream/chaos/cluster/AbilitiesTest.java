package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What is said to be possible was done and undone. */
class AbilitiesTest {

  private final String mark = HarnessMark.ofThisProcess().toString();

  @Test
  void leavesNoNetworkBehind() {
    assumeTrue(Abilities.ofThisMachine().networkNamespaces(), "processes have no networks");

    assertThat(SystemCommand.run("ip", "netns", "list")).doesNotContain(mark);
    assertThat(SystemCommand.run("ip", "link")).doesNotContain(mark);
    assertThat(SystemCommand.ask("iptables", "-w", "10", "-S", "FORWARD").orElse(""))
        .doesNotContain("psc" + ProcessHandle.current().pid());
  }

  @Test
  void leavesNoMountBehind() throws IOException {
    assumeTrue(Abilities.ofThisMachine().loopMounts(), "nothing can be mounted");

    assertThat(Files.readString(Path.of("/proc/mounts"))).doesNotContain(mark);
    assertThat(Path.of(System.getProperty("java.io.tmpdir")).toFile().list())
        .noneMatch(name -> name.contains(mark));
  }
}
