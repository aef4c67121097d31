package io.pairstream.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.testing.Await;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebServerTest {

  /** Longer than any test, however busy the machine. */
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  /** How long an answer takes that a client waits for. */
  private static final ServerSettings SETTINGS = settings(1_000_000, 4, TIMEOUT, TIMEOUT, 1);

  private static ServerSettings settings(
      long bodyBytes, int streams, Duration idle, Duration head, long bytesPerSecond) {
    Duration grace = bytesPerSecond > 1 ? Duration.ZERO : TIMEOUT;
    return new ServerSettings(
        "127.0.0.1", 0, bodyBytes, streams, idle, head, grace, bytesPerSecond, TIMEOUT, null);
  }

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch unstuck = new CountDownLatch(1);
  private final CompletableFuture<Answer> later = new CompletableFuture<>();
  private final List<RawClient> streams = new ArrayList<>();
  private WebServer server;

  @AfterEach
  void stop() throws IOException {
    later.complete(echo("late".getBytes(UTF_8)));
    for (RawClient raw : streams) {
      raw.close();
    }
    server.close();
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

  @Test
  void refusesAParameterThatTheRouteDoesNotTake() throws Exception {
    start(SETTINGS);

    HttpResponse<String> unknown = get("/listed?before=3");

    assertProblem(unknown, 400, "bad-request");
    assertThat(unknown.body()).contains("no parameter before here; there are after, limit");
    assertProblem(get("/things/a?x="), 400, "bad-request");
    assertProblem(get("/things/a?x=1"), 400, "bad-request");
    assertThat(get("/listed?limit=3&after=2").statusCode()).isEqualTo(200);
    assertThat(get("/quick?utm=1").statusCode()).isEqualTo(200);
    assertProblem(
        post("/things?x=1", "text/plain", BodyPublishers.ofString("y")), 400, "bad-request");
  }

  @Test
  void takesABodyOfUnknownLengthUpToTheLimit() throws Exception {
    start(SETTINGS);
    byte[] largest = new byte[100_000];
    byte[] larger = new byte[100_001];

    assertThat(post("/things", "text/plain", chunked(largest)).statusCode()).isEqualTo(200);
    assertProblem(post("/things", "text/plain", chunked(larger)), 413, "body-too-large");
    assertProblem(
        post("/things", "text/plain", BodyPublishers.ofByteArray(larger)), 413, "body-too-large");
  }

  @Test
  void decodesNamesInThePath() throws Exception {
    start(SETTINGS);

    assertThat(get("/things/a%20b+c%E7%8C%AB").body()).isEqualTo("a b+c猫");
  }

  @Test
  void refusalOfAnotherMethodNamesThoseThatThereAre() throws Exception {
    start(SETTINGS);

    HttpResponse<String> answer = send("/things", request -> request.method("PUT", noBody()));

    assertProblem(answer, 405, "method-not-allowed");
    assertThat(answer.headers().firstValue("Allow")).contains("POST");
    assertProblem(
        send("/quick", request -> request.method("TRACE", noBody())), 405, "method-not-allowed");
  }

  @Test
  void aBodyOfAnotherTypeOrEncodingIsRefused() throws Exception {
    start(SETTINGS);

    HttpResponse<String> other = post("/things", "text/html", noBody());
    assertProblem(other, 415, "media-type-unsupported");
    assertThat(other.body()).contains("the Content-Type is text/html; taken are ");
    assertProblem(
        send(
            "/things",
            request ->
                request
                    .header("Content-Type", "text/plain")
                    .header("Content-Encoding", "gzip")
                    .POST(noBody())),
        415,
        "media-type-unsupported");
  }

  @Test
  void aFaultOfOursTellsNothingOfUs() throws Exception {
    start(SETTINGS);

    HttpResponse<String> answer = post("/broken", "text/plain", noBody());

    assertProblem(answer, 500, "internal");
    assertThat(answer.body()).doesNotContain("secret", "Exception");
  }

  @Test
  void aCallerWithoutTheScopeIsForbidden() throws Exception {
    start(SETTINGS, request -> new Principal("ann", "k1", Set.of(Scope.READ)));

    assertThat(get("/things/a").statusCode()).isEqualTo(200);
    HttpResponse<String> answer = post("/things", "text/plain", noBody());
    assertProblem(answer, 403, "forbidden");
    assertThat(answer.body()).contains("\"scope\":\"publish\"");
  }

  @Test
  void aCallerWithoutAKeyIsRefusedBeforeTheBodyIsRead() throws Exception {
    start(SETTINGS, Authenticator.NONE);

    try (RawClient raw = new RawClient(server.port())) {
      raw.send(head("POST", "/things", "Content-Type: text/plain\r\nContent-Length: 100"));
      assertThat(raw.readHead()).startsWith("HTTP/1.1 401 ").contains("WWW-Authenticate: Bearer");
    }
    assertThat(get("/quick").statusCode()).isEqualTo(200);
  }

  /** A link on another site's page leads here, too: a person follows it. */
  @ParameterizedTest
  @CsvSource({
    "Host: evil.example, 403",
    "Host: evil.example:PORT, 403",
    "Host: 127.0.0.1.evil.example:PORT, 403",
    "Host: 128.0.0.1:PORT, 403",
    "Host: 127.0.0.1:1, 403",
    "'Host: 127.0.0.1:PORT\r\nOrigin: http://evil.example', 403",
    "'Host: 127.0.0.1:PORT\r\nOrigin: null', 403",
    "'Host: 127.0.0.1:PORT\r\nOrigin: https://127.0.0.1:PORT', 403",
    "'Host: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT.evil.example', 403",
    "'Host: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT@evil.example', 403",
    "'Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors', 403",
    "'Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: same-site', 403",
    "'Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: same-origin', 200",
    "'Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: none', 200",
    "'Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate', 200",
    "'Host: 127.0.0.1:PORT\r\nOrigin: http://localhost:PORT', 200",
    "'Host: 127.0.0.1:PORT\r\nOrigin: http://[::1]:PORT', 200"
  })
  void withoutKeysAPersonsBrowserComesInFromNoOtherSite(String fields, int status)
      throws Exception {
    start(SETTINGS);

    String written = fields.replace("PORT", String.valueOf(server.port()));
    try (RawClient raw = new RawClient(server.port())) {
      raw.send("GET /things/a HTTP/1.1\r\n" + written + "\r\n\r\n");
      assertThat(raw.readHead()).startsWith("HTTP/1.1 " + status + " ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'GET /quick HTTP/1.1\r\n\r\n', 400",
    "'nonsense\r\n\r\n', 400",
    "'GET /things/a%2fb HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n', 400",
    "'GET /quick?a=%zz HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n', 400",
    "'GET /quick?a=%ff HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n', 400",
    "'POST /things HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n"
        + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n', 400",
    "'POST /things HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n"
        + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n', 400",
    "'CONNECT example.org:443 HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n', 400",
    "'OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n', 400",
    "'POST /things HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nTransfer-Encoding: gzip\r\n\r\n', 400"
  })
  void aMalformedRequestIsAProblem(String request, int status) throws Exception {
    start(SETTINGS);

    try (RawClient raw = new RawClient(server.port())) {
      raw.send(request.replace("\\r\\n", "\r\n").replace("PORT", String.valueOf(server.port())));
      String head = raw.readHead();
      assertThat(head).startsWith("HTTP/1.1 " + status + " ");
      assertThat(head).contains("application/problem+json");
    }
  }

  @Test
  void fiveHundredHalfOpenClientsHinderNoOther() throws Exception {
    start(SETTINGS);
    List<RawClient> halfOpen = new ArrayList<>();
    try {
      for (int i = 0; i < 500; i++) {
        RawClient raw = new RawClient(server.port());
        halfOpen.add(raw);
        // One third each: silent, in the middle of the head, in the middle of a large body.
        if (i % 3 == 1) {
          raw.send("POST /things HTTP/1.1\r\nHost: 127");
        } else if (i % 3 == 2) {
          raw.send(
              head("POST", "/things", "Content-Type: text/plain\r\nContent-Length: 100000")
                  + "x".repeat(1000));
        }
      }

      for (int i = 0; i < 50; i++) {
        String body = "good " + i;
        assertThat(post("/things", "text/plain", BodyPublishers.ofString(body)).body())
            .isEqualTo(body);
      }
    } finally {
      for (RawClient raw : halfOpen) {
        raw.close();
      }
    }
  }

  @Test
  void aBodyThatDripsIsEndedWithItsReason() throws Exception {
    start(settings(1_000_000, 4, TIMEOUT, TIMEOUT, 1_000_000_000));

    try (RawClient raw = new RawClient(server.port())) {
      raw.send(head("POST", "/things", "Content-Type: text/plain\r\nContent-Length: 1000") + "x");
      assertThat(raw.readHead()).startsWith("HTTP/1.1 408 ");
      assertThat(raw.readUntil("}")).contains("too-slow");
      assertThat(raw.isClosedByServer()).isTrue();
    }
  }

  @Test
  void aHeadThatDripsIsCutOff() throws Exception {
    start(settings(1_000_000, 4, TIMEOUT, Duration.ofMillis(500), 1));

    try (RawClient raw = new RawClient(server.port())) {
      raw.send("GET /quick HTTP/1.1\r\nHo");
      assertThat(raw.isClosedByServer()).isTrue();
    }
  }

  @Test
  void anAddressKeepsOnlySoManyHalfHeadsOpen() throws Exception {
    start(SETTINGS);

    List<RawClient> held = new ArrayList<>();
    ExecutorService readers = Executors.newCachedThreadPool();
    try {
      for (int i = 0; i < HeadDeadline.MAX_HALF_HEADS + 1; i++) {
        RawClient raw = new RawClient(server.port());
        raw.send("GET /quick HTTP/1.1\r\nHo");
        held.add(raw);
      }

      // Which of them was taken up first, only the server knows.
      assertThat(
              readers.invokeAny(
                  held.stream().map(raw -> (Callable<Boolean>) raw::isClosedByServer).toList()))
          .isTrue();
      assertThat(get("/quick").statusCode()).isEqualTo(200);
    } finally {
      readers.shutdownNow();
      for (RawClient raw : held) {
        raw.close();
      }
    }
  }

  @Test
  void aBodyThatIsCutOffLeavesNothingBehind() throws Exception {
    start(settings(200_000, 4, TIMEOUT, TIMEOUT, 1));

    for (int i = 0; i < 50; i++) {
      try (RawClient raw = new RawClient(server.port())) {
        raw.send(
            head("POST", "/things", "Content-Type: text/plain\r\nContent-Length: 100000")
                + "x".repeat(60_000));
      }
    }

    // The memory for bodies has room for three of them: all must have been given back.
    Await.until(
        () ->
            post("/things", "text/plain", BodyPublishers.ofByteArray(new byte[100_000]))
                    .statusCode()
                == 200);
  }

  @Test
  void bodiesThatFindNoRoomAreRefusedWithATimeToRetry() throws Exception {
    start(settings(150_000, 4, TIMEOUT, TIMEOUT, 1));

    CompletableFuture<HttpResponse<String>> first =
        client.sendAsync(
            request("/slow")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofByteArray(new byte[100_000]))
                .build(),
            BodyHandlers.ofString());
    entered.await();
    HttpResponse<String> second =
        post("/things", "text/plain", BodyPublishers.ofByteArray(new byte[100_000]));
    later.complete(echo("first".getBytes(UTF_8)));

    assertProblem(second, 503, "overloaded");
    assertThat(second.headers().firstValue("Retry-After")).contains("2");
    assertThat(first.get().body()).isEqualTo("first");
  }

  @Test
  void aRequestWithoutAnAnswerIsAnsweredInTimeAndHealthTellsWhenAllWorkersAreStuck()
      throws Exception {
    start(
        new ServerSettings(
            "127.0.0.1", 0, 1_000, 4, TIMEOUT, TIMEOUT, TIMEOUT, 1, Duration.ofMillis(50), null));
    int workers = Math.max(4, Runtime.getRuntime().availableProcessors());
    try {
      assertProblem(post("/slow", "text/plain", noBody()), 503, "overloaded");
      assertThat(get("/health/live").statusCode()).isEqualTo(200);

      for (int i = 0; i < workers; i++) {
        assertProblem(get("/stuck"), 503, "overloaded");
      }
      for (String health : List.of("/health/live", "/health/ready")) {
        Await.until(() -> get(health).statusCode() == 503);
        assertThat(get(health).body()).contains("all " + workers + " threads for requests");
      }
    } finally {
      unstuck.countDown();
    }
    Await.until(() -> get("/health/live").statusCode() == 200);
  }

  @Test
  void answersAStreamWhileItComes() throws Exception {
    start(SETTINGS);

    try (RawClient raw = new RawClient(server.port())) {
      raw.send(head("POST", "/lines", "Content-Type: text/plain\r\nContent-Length: 10"));
      raw.send("1234\n");
      assertThat(raw.readUntil("1234\n")).startsWith("HTTP/1.1 200 ");
      raw.send("6789\n");
      assertThat(raw.readUntil("6789\n")).contains("6789");
    }
  }

  @Test
  void aClientThatReadsNoAnswerGivesItsPlaceBack() throws Exception {
    start(settings(1_000_000, 1, Duration.ofSeconds(1), TIMEOUT, 1));

    try (RawClient deaf = new RawClient(server.port())) {
      deaf.send(head("POST", "/lines", "Content-Type: text/plain\r\nContent-Length: 200000000"));
      byte[] lines = "0123456789abcde\n".repeat(65_536).getBytes(UTF_8);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 190; i++) {
                  deaf.send(lines);
                }
              })
          .isInstanceOf(IOException.class);
    }

    Await.until(
        () -> {
          try {
            return post("/lines", "text/plain", BodyPublishers.ofString("next\n")).statusCode()
                == 200;
          } catch (IOException e) {
            // The server took the connection for idle before the request was on its way.
            return false;
          }
        });
  }

  @Test
  void producerThatHasManyStreamsLeavesPlacesToOthers() throws Exception {
    start(
        SETTINGS,
        request ->
            new Principal(request.header("X-Name").orElse(""), "k", Principal.ANONYMOUS.scopes()));

    assertThat(statusOfStreams("greedy", 4)).containsExactly(200, 200, 503, 503);
    assertThat(statusOfStreams("modest", 1)).containsExactly(200);
  }

  /** Opens streams, which stay open as long as the server does, and reads how each is answered. */
  private List<Integer> statusOfStreams(String producer, int count) throws IOException {
    List<Integer> answered = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RawClient raw = new RawClient(server.port());
      streams.add(raw);
      raw.send(
          head(
                  "POST",
                  "/lines",
                  "X-Name: " + producer + "\r\nContent-Type: text/plain\r\nContent-Length: 9")
              + "1\n");
      answered.add(Integer.valueOf(raw.readHead().split(" ", 3)[1]));
    }
    return answered;
  }

  @Test
  void closingLetsARequestUnderWayEndAndTakesNoMore() throws Exception {
    start(SETTINGS);
    CompletableFuture<HttpResponse<String>> underWay =
        client.sendAsync(
            request("/slow")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("x"))
                .build(),
            BodyHandlers.ofString());
    entered.await();
    int port = server.port();

    CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
    Await.until(() -> isRefused(port));
    later.complete(echo("in time".getBytes(UTF_8)));

    assertThat(underWay.get().body()).isEqualTo("in time");
    closed.get();
  }

  private static boolean isRefused(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return !socket.isConnected();
    } catch (IOException e) {
      return true;
    }
  }

  private String head(String method, String path, String fields) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nHost: 127.0.0.1:"
        + server.port()
        + "\r\n"
        + fields
        + "\r\n\r\n";
  }

  private static HttpRequest.BodyPublisher noBody() {
    return BodyPublishers.noBody();
  }

  private static HttpRequest.BodyPublisher chunked(byte[] body) {
    return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
  }

  private static void assertProblem(HttpResponse<String> answer, int status, String name)
      throws IOException {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    JsonNode problem = Json.MAPPER.readTree(answer.body());
    assertThat(problem.get("type").textValue()).isEqualTo("urn:pairstream:problem:" + name);
    assertThat(problem.get("status").intValue()).isEqualTo(status);
  }

  private HttpResponse<String> post(String path, String mediaType, HttpRequest.BodyPublisher body)
      throws Exception {
    return send(path, request -> request.header("Content-Type", mediaType).POST(body));
  }

  private HttpResponse<String> send(String path, UnaryOperator<HttpRequest.Builder> change)
      throws Exception {
    return client.send(change.apply(request(path)).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path));
  }

  private void start(ServerSettings settings) throws IOException {
    start(settings, Authenticator.ANONYMOUS);
  }

  private void start(ServerSettings settings, Authenticator authenticator) throws IOException {
    server =
        new WebServer(
            settings,
            new Router(
                List.of(
                    Route.health(List.of(), Optional::empty).get(0),
                    Route.health(List.of(), Optional::empty).get(1),
                    Route.get(
                        "/stuck",
                        Access.OPEN,
                        (request, body) -> {
                          try {
                            unstuck.await();
                          } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                          }
                          return CompletableFuture.completedFuture(echo(new byte[0]));
                        }),
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
                    Route.get(
                            "/listed",
                            Access.READ,
                            (request, body) -> CompletableFuture.completedFuture(echo(new byte[0])))
                        .taking("limit", "after"),
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
                        }))),
            authenticator,
            Quota.UNLIMITED,
            authenticator == Authenticator.ANONYMOUS);
    server.start();
  }

  private static Answer echo(byte[] body) {
    return Answer.of(200, "text/plain", body);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }
}
