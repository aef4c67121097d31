package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.platform.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A door carries bytes, late when told, and cuts what is open. */
@Timeout(1800)
class TcpDoorTest {

  private static final int PATIENCE_MILLIS = 240_000;
  private static final Duration DELAY = Duration.ofMillis(300);

  private final FreePorts ports = new FreePorts();

  @AfterEach
  void givePortsBack() {
    ports.close();
  }

  @Test
  void carriesBytesBothWaysHoldsThemAndCutsConnections() throws IOException {
    int port = ports.next();
    try (ServerSocket target = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        TcpDoor door =
            new TcpDoor(
                port,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), target.getLocalPort()));
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        Socket server = target.accept()) {
      client.setSoTimeout(PATIENCE_MILLIS);
      server.setSoTimeout(PATIENCE_MILLIS);
      assertThat(door.address()).isEqualTo("127.0.0.1:" + port);

      client.getOutputStream().write(1);
      assertThat(server.getInputStream().read()).isEqualTo(1);
      server.getOutputStream().write(2);
      assertThat(client.getInputStream().read()).isEqualTo(2);

      door.delay(DELAY);
      long sent = System.nanoTime();
      client.getOutputStream().write(3);
      assertThat(server.getInputStream().read()).isEqualTo(3);
      assertThat(Duration.ofNanos(System.nanoTime() - sent)).isGreaterThanOrEqualTo(DELAY);

      door.cut();
      assertThat(ended(client)).isTrue();
      assertThat(ended(server)).isTrue();
      try (Socket next = new Socket(InetAddress.getLoopbackAddress(), port);
          Socket nextServer = target.accept()) {
        next.getOutputStream().write(4);
        assertThat(nextServer.getInputStream().read()).isEqualTo(4);
      }
    }
  }

  /** Whether the other side has closed; a cut may also show as a reset. */
  private static boolean ended(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
