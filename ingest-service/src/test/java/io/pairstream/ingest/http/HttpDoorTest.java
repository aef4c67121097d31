package io.pairstream.ingest.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpDoorTest {

  private static final ServerSettings SETTINGS = ServerSettings.of("127.0.0.1", 0);

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<EventStream> opened = new ArrayList<>();
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CompletableFuture<Answer> later = new CompletableFuture<>();
  private HttpDoor door;

  @AfterEach
  void stop() {
    later.complete(echo("late".getBytes(UTF_8)));
    door.close();
  }

  @Test
  void answersAQuickRoute() throws Exception {
    start(SETTINGS);

    HttpResponse<String> answer = get("/quick");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"says\":\"hello\"}");
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(answer.headers().firstValue("Server")).isEmpty();
  }

  private void start(ServerSettings settings) throws IOException {
    start(settings, Authenticator.ANONYMOUS);
  }

  private void start(ServerSettings settings, Authenticator authenticator) throws IOException {
    door =
        new HttpDoor(
            settings,
            new Router(
                List.of(
                    Route.quick(
                        "/quick",
                        Access.OPEN,
                        request ->
                            Answer.json(200, Json.MAPPER.createObjectNode().put("says", "hello"))),
                    Route.get(
                        "/things/{name}",
                        Access.READ,
                        (request, body) ->
                            CompletableFuture.completedFuture(
                                echo(request.parameter("name").getBytes(UTF_8)))),
                    Route.post(
                        "/things",
                        Access.PUBLISH,
                        Set.of("text/plain"),
                        100_000,
                        (request, body) -> CompletableFuture.completedFuture(echo(body))),
                    Route.post(
                        "/slow",
                        Access.PUBLISH,
                        Set.of("text/plain"),
                        100_000,
                        (request, body) -> {
                          entered.countDown();
                          return later;
                        }),
                    Route.post(
                        "/broken",
                        Access.PUBLISH,
                        Set.of("text/plain"),
                        100_000,
                        (request, body) -> {
                          throw new IllegalStateException("a secret of ours");
                        }),
                    Route.stream(
                        "/lines",
                        Access.PUBLISH,
                        Set.of("text/plain"),
                        (request, body, out) -> {
                          OutputStream answer = out.begin(200, "text/plain", Map.of());
                          int next = body.read();
                          while (next >= 0) {
                            answer.write(next);
                            if (next == '\n') {
                              answer.flush();
                            }
                            next = body.read();
                          }
                        }),
                    Route.events("/events", Access.READ, (request, events) -> opened.add(events)))),
            authenticator,
            Quota.UNLIMITED,
            authenticator == Authenticator.ANONYMOUS);
    door.start();
  }

  private static Answer echo(byte[] body) {
    return Answer.of(200, "text/plain", body);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + door.port() + path);
  }
}
