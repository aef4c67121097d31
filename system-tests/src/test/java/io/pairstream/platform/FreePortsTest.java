package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class FreePortsTest {

  @Test
  void holdsAPortUntilItIsClosed() throws IOException {
    try (PortClaims platform = new PortClaims()) {
      int port;
      try (FreePorts ports = new FreePorts()) {
        port = ports.next();
        assertThat(platform.take(port)).isFalse();
      }
      assertThat(platform.take(port)).isTrue();
    }
  }
}
