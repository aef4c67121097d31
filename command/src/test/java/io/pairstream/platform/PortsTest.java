package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortsTest {

  @TempDir Path directory;

  @Test
  void takesPreferredPortWhereFree() throws IOException {
    int free = freePort();

    assertThat(new Ports(directory).choose("broker", free)).isEqualTo(free);
  }

  @Test
  void takesAnotherPortWhereTakenAndKeepsItAfterwards() throws IOException {
    int preferred;
    int chosen;
    try (ServerSocket stranger = listen()) {
      preferred = stranger.getLocalPort();
      chosen = new Ports(directory).choose("broker", preferred);
    }

    assertThat(chosen).isNotEqualTo(preferred);
    assertThat(new Ports(directory).choose("broker", preferred)).isEqualTo(chosen);
  }

  @Test
  void replacesRememberedPortThatStrangerTook() throws IOException {
    int replacement;
    int remembered = new Ports(directory).choose("broker", freePort());
    try (ServerSocket stranger =
        new ServerSocket(remembered, 1, InetAddress.getLoopbackAddress())) {
      replacement = new Ports(directory).choose("broker", remembered);
      assertThat(replacement).isNotEqualTo(stranger.getLocalPort());
    }

    assertThat(new Ports(directory).choose("broker", remembered)).isEqualTo(replacement);
  }

  @Test
  void givesNoPortToTwoUses() throws IOException {
    Ports ports = new Ports(directory);
    int port = ports.choose("broker", freePort());

    assertThat(ports.choose("registry", port)).isNotEqualTo(port);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = listen()) {
      return socket.getLocalPort();
    }
  }

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }
}
