package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortsTest {

  @TempDir Path directory;

  @Test
  void takesAnotherPortWhereTakenAndKeepsItAfterwards() throws IOException {
    int preferred;
    int chosen;
    try (ServerSocket stranger = listen()) {
      preferred = stranger.getLocalPort();
      chosen = chosen("broker", preferred);
    }

    assertThat(chosen).isNotEqualTo(preferred);
    assertThat(chosen("broker", preferred)).isEqualTo(chosen);
  }

  @Test
  void takesThePortThatIsAskedForAndKeepsIt() throws IOException {
    int remembered = chosen("ingest", freePort());
    int wanted = freePort();

    try (Ports ports = new Ports(directory, Map.of("ingest", wanted))) {
      assertThat(ports.choose("ingest", remembered)).isEqualTo(wanted);
    }

    assertThat(chosen("ingest", remembered)).isEqualTo(wanted);
  }

  @Test
  void saysThatThePortThatIsAskedForIsInUse() throws IOException {
    try (ServerSocket stranger = listen();
        Ports ports = new Ports(directory, Map.of("ingest", stranger.getLocalPort()))) {
      assertThatThrownBy(() -> ports.choose("ingest", 8080))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("--port ingest=" + stranger.getLocalPort() + ", is in use");
    }
  }

  @Test
  void replacesRememberedPortThatStrangerTook() throws IOException {
    int replacement;
    int remembered = chosen("broker", freePort());
    try (ServerSocket stranger =
        new ServerSocket(remembered, 1, InetAddress.getLoopbackAddress())) {
      replacement = chosen("broker", remembered);
      assertThat(replacement).isNotEqualTo(stranger.getLocalPort());
    }

    assertThat(chosen("broker", remembered)).isEqualTo(replacement);
  }

  @Test
  void givesNoPortToTwoPlatformsThatStartAtOnce(@TempDir Path other) throws IOException {
    int preferred = freePort();
    try (Ports ours = new Ports(directory, Map.of());
        Ports theirs = new Ports(other, Map.of())) {
      assertThat(ours.choose("broker", preferred)).isEqualTo(preferred);
      assertThat(theirs.choose("broker", preferred)).isNotEqualTo(preferred);
      assertThat(ours.choose("broker", preferred)).isEqualTo(preferred);
    }
    assertThat(chosen("broker", preferred)).isEqualTo(preferred);
  }

  @Test
  void givesNoPortThatAnotherProcessHasChosen() throws Exception {
    int preferred = freePort();
    Process holder =
        TestJava.start(
            PortsTest.class, directory.resolve("other").toString(), Integer.toString(preferred));
    try {
      holder.getInputStream().read();

      assertThat(chosen("broker", preferred)).isNotEqualTo(preferred);
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }

  /** Chooses a port as another process, says so, and holds it. */
  public static void main(String[] arguments) throws IOException {
    Path data = Files.createDirectories(Path.of(arguments[0]));
    try (Ports ports = new Ports(data, Map.of())) {
      int unused = ports.choose("broker", Integer.parseInt(arguments[1]));
      System.out.println("held");
      System.in.read();
    }
  }

  private int chosen(String use, int preferred) throws IOException {
    try (Ports ports = new Ports(directory, Map.of())) {
      return ports.choose(use, preferred);
    }
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
