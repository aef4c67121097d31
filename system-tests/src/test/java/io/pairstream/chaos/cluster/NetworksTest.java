package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pairstream.system.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A member is reached until it is cut off, and again when it is connected. */
@Timeout(1800)
class NetworksTest {

  /** Beyond it a connection that comes about is missing, and the test fails. */
  private static final Duration REACHED_WITHIN = Duration.ofMinutes(4);

  /** One that does not come about in this time does not at all. */
  private static final Duration CUT_OFF_FOR = Duration.ofSeconds(2);

  @BeforeEach
  void needsNamespaces() {
    assumeTrue(
        Abilities.ofThisMachine().networkNamespaces(), "processes have no networks of their own");
  }

  @Test
  void cutsOneMemberOffAndConnectsItAgain() throws IOException {
    try (Networks networks = new Networks();
        ServerSocket harness = new ServerSocket(0, 50, InetAddress.getByName(networks.harness()))) {
      Place first = networks.join("broker-1");
      Place second = networks.join("broker-2");
      assertThat(first.address()).isNotEqualTo(second.address());
      assertThat(reaches(first, harness, REACHED_WITHIN)).isEmpty();
      assertThat(reaches(second, harness, REACHED_WITHIN)).isEmpty();

      networks.cutOff("broker-1");
      assertThat(reaches(first, harness, CUT_OFF_FOR)).isPresent();
      assertThat(reaches(second, harness, REACHED_WITHIN)).isEmpty();

      networks.reconnect("broker-1");
      // Its search for the harness's address that began before may have to fail first.
      Await.until(
          "the member reaches the harness",
          REACHED_WITHIN,
          () -> reaches(first, harness, REACHED_WITHIN).isEmpty(),
          () -> reaches(first, harness, REACHED_WITHIN));
      assertThat(networks.has("broker-2")).isTrue();
      assertThat(networks.has("broker-3")).isFalse();
    }
    String mark = HarnessMark.ofThisProcess().toString();
    assertThat(SystemCommand.run("ip", "netns", "list")).doesNotContain(mark);
    assertThat(SystemCommand.run("ip", "link")).doesNotContain(mark);
  }

  @Test
  void sweepsWhatAHarnessLeftThatRunsNoLonger() {
    HarnessMark ours = HarnessMark.ofThisProcess();
    HarnessMark dead = new HarnessMark(ours.namespace(), ours.pid(), ours.started() - 1);
    HarnessMark elsewhere = new HarnessMark(ours.namespace() + 1, ours.pid(), ours.started());
    String kept = left(elsewhere, "psc1000000000a");
    left(dead, "psc1000000000b");
    try (Networks networks = new Networks()) {
      networks.join("broker-1");

      Networks.sweep();

      assertThat(SystemCommand.run("ip", "netns", "list"))
          .doesNotContain(dead + "-")
          .contains(kept, ours + "-");
      assertThat(SystemCommand.run("ip", "link"))
          .doesNotContain("psc1000000000b")
          .contains("psc1000000000a");
    } finally {
      SystemCommand.attempt("ip", "netns", "del", kept);
      SystemCommand.attempt("ip", "link", "del", "psc1000000000a");
    }
  }

  @Test
  void takesANameThatNoOtherHarnessOfThisProcessIdHas() {
    String prefix = "psc" + ProcessHandle.current().pid();
    List<String> taken = "abcdefghi".chars().mapToObj(each -> prefix + (char) each).toList();
    taken.forEach(each -> SystemCommand.run("ip", "link", "add", each, "type", "bridge"));
    try (Networks networks = new Networks()) {
      assertThat(networks.join("broker-1").enter().toString()).contains("-j-1");
    } finally {
      taken.forEach(each -> SystemCommand.run("ip", "link", "del", each));
    }
  }

  @Test
  void sweepsARuleWhoseBridgeIsGone() {
    assumeTrue(
        SystemCommand.ask("iptables", "-w", "10", "-S", "FORWARD").isPresent(),
        "there is no iptables");
    SystemCommand.run("ip", "link", "add", "psc1000000000c", "type", "bridge");
    try {
      rule("-I", "psc1000000000c");
      rule("-I", "psc1000000000d");

      Networks.sweep();

      assertThat(SystemCommand.run("iptables", "-w", "10", "-S", "FORWARD"))
          .contains("psc1000000000c")
          .doesNotContain("psc1000000000d");
    } finally {
      SystemCommand.run("ip", "link", "del", "psc1000000000c");
      Networks.sweep();
    }
    assertThat(SystemCommand.run("iptables", "-w", "10", "-S", "FORWARD"))
        .doesNotContain("psc1000000000c");
  }

  private static void rule(String action, String bridge) {
    SystemCommand.run(
        "iptables", "-w", "10", action, "FORWARD", "-i", bridge, "-o", bridge, "-j", "ACCEPT");
  }

  /** What a killed harness leaves; answers the namespace's name. */
  private static String left(HarnessMark mark, String bridge) {
    String namespace = "psc-" + mark + "-a-1";
    SystemCommand.run("ip", "netns", "add", namespace);
    SystemCommand.run("ip", "link", "add", bridge, "type", "bridge");
    SystemCommand.run("ip", "link", "set", "dev", bridge, "alias", mark.toString());
    return namespace;
  }

  /** Connects from a member's network to the harness; answers what went wrong, if anything. */
  private static Optional<String> reaches(Place from, ServerSocket harness, Duration within) {
    List<String> command = new ArrayList<>(from.enter());
    command.addAll(
        List.of(
            "timeout",
            String.valueOf(within.toSeconds()),
            "bash",
            "-c",
            "exec 3<>/dev/tcp/"
                + harness.getInetAddress().getHostAddress()
                + "/"
                + harness.getLocalPort()));
    return SystemCommand.attempt(command.toArray(String[]::new));
  }
}
