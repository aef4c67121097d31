package io.pairstream.service.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.service.http.WebServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusServerTest {

  static {
    AvroSafety.install();
  }

  @Test
  void answersNoPageOfAnotherSite() throws IOException {
    SelfReport report = new SelfReport("fetch", Clock.systemUTC());
    try (WebServer server = StatusMetrics.server(report, "127.0.0.1", 0)) {
      server.start();

      for (String path : new String[] {"/metrics", "/health/live"}) {
        assertThat(get(server, path, "127.0.0.1")).startsWith("HTTP/1.1 200 ");
        assertThat(get(server, path, "rebound.example")).startsWith("HTTP/1.1 403 ");
        assertThat(get(server, path, "127.0.0.1", "Origin: http://rebound.example"))
            .startsWith("HTTP/1.1 403 ");
      }
    }
  }

  @Test
  void isNotLiveOnlyWhereANewStartAloneHelps() throws IOException {
    SelfReport report = new SelfReport("preprocess", Clock.systemUTC());
    report.stateFrom(() -> SelfReport.State.RUNNING);
    report.obstacleFrom(() -> Optional.of(Obstacle.known("FAILS", "{0}", "the disk is full")));
    try (WebServer server = StatusMetrics.server(report, "127.0.0.1", 0)) {
      server.start();
      assertThat(get(server, "/health/ready", "127.0.0.1")).contains(" 503 ", "the disk is full");
      assertThat(get(server, "/health/live", "127.0.0.1")).contains(" 200 ");

      report.standstillFrom(() -> Optional.of("a thread hangs"));

      assertThat(get(server, "/health/live", "127.0.0.1")).contains(" 503 ", "a thread hangs");
    }
  }

  private static String get(WebServer server, String path, String host, String... fields)
      throws IOException {
    StringBuilder head = new StringBuilder("GET " + path + " HTTP/1.1\r\nConnection: close\r\n");
    head.append("Host: ").append(host).append(':').append(server.port()).append("\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      client
          .getOutputStream()
          .write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
