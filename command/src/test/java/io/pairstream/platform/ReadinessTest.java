package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;

class ReadinessTest {

  /** Each start of a platform shows that services of ours are taken. */
  @Test
  void anotherPlatformsServiceOnThePortIsNotOurs() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Pairstream-Parent", "1");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    int port = server.getAddress().getPort();
    Readiness health = Readiness.health(URI.create("http://127.0.0.1:" + port));

    assertThat(health.waitsFor())
        .contains("port %d is taken by the platform of process 1".formatted(port));
    server.stop(0);
  }
}
