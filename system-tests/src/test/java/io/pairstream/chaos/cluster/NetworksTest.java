package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A member is reached until it is cut off, and again when it is connected. */
@Timeout(60)
class NetworksTest {

  @BeforeEach
  void needsNamespaces() {
    assumeTrue(
        Abilities.ofThisMachine().networkNamespaces(), "processes have no networks of their own");
  }

  @Test
  void cutsOneMemberOffAndConnectsItAgain() throws IOException {
    String before = SystemCommand.run("ip", "netns", "list");
    Place first;
    try (Networks networks = new Networks();
        ServerSocket harness = new ServerSocket(0, 50, InetAddress.getByName(networks.harness()))) {
      first = networks.join("broker-1");
      Place second = networks.join("broker-2");
      assertThat(first.address()).isNotEqualTo(second.address());
      assertThat(reaches(first, harness)).isEmpty();
      assertThat(reaches(second, harness)).isEmpty();

      networks.cutOff("broker-1");
      assertThat(reaches(first, harness)).isPresent();
      assertThat(reaches(second, harness)).isEmpty();

      networks.reconnect("broker-1");
      assertThat(reaches(first, harness)).isEmpty();
      assertThat(networks.has("broker-2")).isTrue();
      assertThat(networks.has("broker-3")).isFalse();
    }
    assertThat(SystemCommand.run("ip", "netns", "list")).isEqualTo(before);
    assertThat(SystemCommand.run("ip", "address")).doesNotContain(first.address() + "/");
  }

  /** Connects from a member's network to the harness; answers what went wrong, if anything. */
  private static Optional<String> reaches(Place from, ServerSocket harness) {
    List<String> command = new ArrayList<>(from.enter());
    command.addAll(
        List.of(
            "timeout",
            "2",
            "bash",
            "-c",
            "exec 3<>/dev/tcp/"
                + harness.getInetAddress().getHostAddress()
                + "/"
                + harness.getLocalPort()));
    return SystemCommand.attempt(command.toArray(String[]::new));
  }
}
