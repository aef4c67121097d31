package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.pairstream.chaos.cluster.RegistryDoor.Mode;
import io.pairstream.platform.FreePorts;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A door does what its mode says, and goes back to passing. */
@Timeout(300)
class RegistryDoorTest {

  private final HttpClient client = HttpClient.newHttpClient();
  private final FreePorts ports = new FreePorts();
  private final InetSocketAddress address =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.next());
  private HttpServer registry;
  private RegistryDoor door;

  @BeforeEach
  void open() throws IOException {
    registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    registry.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          byte[] answer =
              (exchange.getRequestMethod()
                      + " "
                      + exchange.getRequestURI()
                      + " "
                      + exchange.getRequestHeaders().getFirst("Content-Type")
                      + " "
                      + new String(body, StandardCharsets.UTF_8))
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(201, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    registry.start();
    door =
        new RegistryDoor(
            address, URI.create("http://127.0.0.1:" + registry.getAddress().getPort()));
  }

  @AfterEach
  void close() {
    door.close();
    registry.stop(0);
    ports.close();
  }

  @Test
  void passesRequestsAndAnswersAsTheyAre() {
    HttpResponse<String> answer = ask().join();

    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(answer.body()).isEqualTo("POST /subjects?deleted=false text/plain a body");
  }

  @Test
  void answersOfItsOwnWhileItFails() {
    door.mode(Mode.FAIL);
    assertThat(ask().join().statusCode()).isEqualTo(500);

    door.mode(Mode.PASS);
    assertThat(ask().join().statusCode()).isEqualTo(201);
  }

  @Test
  void takesNoConnectionWhileItRefuses() {
    door.mode(Mode.REFUSE);
    assertThatThrownBy(() -> ask().join()).hasCauseInstanceOf(ConnectException.class);

    door.mode(Mode.PASS);
    assertThat(ask().join().statusCode()).isEqualTo(201);
  }

  @Test
  void answersWhatHungOnceItPasses() {
    door.mode(Mode.HANG);
    CompletableFuture<HttpResponse<String>> hanging = ask();
    assertThatThrownBy(() -> hanging.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);

    door.mode(Mode.PASS);
    assertThat(hanging.join().statusCode()).isEqualTo(201);
  }

  private CompletableFuture<HttpResponse<String>> ask() {
    URI uri = URI.create("http://127.0.0.1:" + address.getPort() + "/subjects?deleted=false");
    return client.sendAsync(
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString("a body"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
