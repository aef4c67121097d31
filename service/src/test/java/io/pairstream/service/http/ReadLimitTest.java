package io.pairstream.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.service.http.ReadLimit.Allowed;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadLimitTest {

  /** More than any buffer between the server and a client that does not read. */
  private static final byte[] LARGE = new byte[32 * 1024 * 1024];

  private static final long SECOND = 1_000_000_000L;

  /** Longer than any test: a client that does not read must not be left meanwhile. */
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<CompletableFuture<Answer>> held = new CopyOnWriteArrayList<>();
  private final AtomicLong now = new AtomicLong(-7 * SECOND);
  private WebServer server;

  @AfterEach
  void stop() {
    release();
    server.close();
  }

  @Test
  void aCallersReadsBeyondItsShareWaitForItsOwnAlone() throws Exception {
    start(new Allowed(2, 100, 1e6, 1_000_000));
    List<CompletableFuture<HttpResponse<String>>> greedy = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      greedy.add(ask("greedy", "/held"));
    }
    Await.until(() -> held.size() == 2);

    CompletableFuture<HttpResponse<String>> modest = ask("modest", "/held");

    Await.until(() -> held.size() == 3);
    assertThat(ask("modest", "/now").get().statusCode()).isEqualTo(200);
    held.get(2).complete(done());
    assertThat(modest.get().statusCode()).isEqualTo(200);
    assertThat(held).as("the others still wait for their own").hasSize(3);
    while (!greedy.stream().allMatch(CompletableFuture::isDone)) {
      release();
      Await.pause();
    }
    assertThat(greedy).extracting(answer -> answer.get().statusCode()).containsOnly(200);
    assertThat(held).hasSize(21);
  }

  @Test
  void aReadThatFailsAsItBeginsHoldsUpNoLaterOne() throws Exception {
    start(new Allowed(1, 1, 1e6, 1_000_000));
    ReadLimit limit = new ReadLimit("answers", new Allowed(1, 2, 1e6, 1_000_000), now::get);
    List<String> begun = new ArrayList<>();
    limit.enter(Principal.NONE, () -> begun.add("first"));
    limit.enter(
        Principal.NONE,
        () -> {
          throw new IllegalStateException("it does not begin");
        });
    limit.enter(Principal.NONE, () -> begun.add("third"));

    assertThatThrownBy(() -> limit.leave(Principal.NONE)).isInstanceOf(IllegalStateException.class);

    assertThat(begun).containsExactly("first", "third");
    limit.leave(Principal.NONE);
    limit.enter(Principal.NONE, () -> begun.add("fourth"));
    assertThat(begun).containsExactly("first", "third", "fourth");
  }

  @Test
  void tooManyRequestsAtOnceAreRefusedWithATimeToRetry() throws Exception {
    start(new Allowed(1, 1, 1e6, 1_000_000));
    CompletableFuture<HttpResponse<String>> first = ask("greedy", "/held");
    Await.until(() -> held.size() == 1);
    CompletableFuture<HttpResponse<String>> second = ask("greedy", "/held");
    List<CompletableFuture<HttpResponse<String>>> others = new ArrayList<>();
    HttpResponse<String> third = firstRefused("/held", others);

    assertRefused(third, "1", "more answers are asked for than the 2 at once");
    assertThat(ask("modest", "/now").get().statusCode()).isEqualTo(200);
    Await.until(
        () -> {
          release();
          return first.isDone() && second.isDone() && others.stream().allMatch(one -> one.isDone());
        });
    assertThat(ask("greedy", "/now").get().statusCode()).isEqualTo(200);
  }

  /** Which of two requests the server sees first is the client's secret. */
  private HttpResponse<String> firstRefused(
      String path, List<CompletableFuture<HttpResponse<String>>> asked) throws Exception {
    CompletableFuture<HttpResponse<String>> refused = new CompletableFuture<>();
    Await.until(
        () -> {
          if (asked.stream().allMatch(CompletableFuture::isDone) || asked.size() < 2) {
            CompletableFuture<HttpResponse<String>> one = ask("greedy", path);
            asked.add(one);
            var unused =
                one.thenAccept(
                    answer -> {
                      if (answer.statusCode() != 200) {
                        refused.complete(answer);
                      }
                    });
          }
          return refused.isDone();
        });
    return refused.get();
  }

  @Test
  void tooFrequentRequestsAreRefusedWithATimeToRetry() throws Exception {
    start(new Allowed(10, 10, 0.5, 3));
    for (int i = 0; i < 3; i++) {
      assertThat(ask("greedy", "/now").get().statusCode()).isEqualTo(200);
    }

    HttpResponse<String> fourth = ask("greedy", "/now").get();
    HttpResponse<String> other = ask("modest", "/now").get();
    now.addAndGet(2 * SECOND - 1);
    HttpResponse<String> tooEarly = ask("greedy", "/now").get();
    now.addAndGet(1);
    HttpResponse<String> inTime = ask("greedy", "/now").get();
    HttpResponse<String> andAgain = ask("greedy", "/now").get();

    assertRefused(fourth, "2", "more answers are asked for than the 0.5 a second");
    assertThat(other.statusCode()).isEqualTo(200);
    assertRefused(tooEarly, "1", "come again in 1 s");
    assertThat(inTime.statusCode()).isEqualTo(200);
    assertRefused(andAgain, "2", "come again in 2 s");
  }

  @Test
  void aClientThatDoesNotTakeAnAnswerKeepsOnlyItselfWaiting() throws Exception {
    start(new Allowed(1, 10, 1e6, 1_000_000));
    CompletableFuture<HttpResponse<String>> next;
    try (RawClient silent = new RawClient(server.port())) {
      silent.send("GET /large HTTP/1.1\r\nHost: here\r\nAuthorization: slow\r\n\r\n");
      assertThat(silent.readHead()).startsWith("HTTP/1.1 200 ");
      next = ask("slow", "/now");

      assertThat(ask("modest", "/now").get().statusCode()).isEqualTo(200);
      assertThat(ask("modest", "/large").get().statusCode()).isEqualTo(200);
      assertThat(next).isNotDone();
    }

    assertThat(next.get().statusCode()).isEqualTo(200);
  }

  private static void assertRefused(HttpResponse<String> answer, String retryAfter, String words)
      throws IOException {
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.headers().firstValue("Retry-After")).contains(retryAfter);
    assertThat(Json.MAPPER.readTree(answer.body()).path("type").asText())
        .isEqualTo("urn:pairstream:problem:quota-exceeded");
    assertThat(Json.MAPPER.readTree(answer.body()).path("detail").asText()).contains(words);
  }

  private void release() {
    held.forEach(answer -> answer.complete(done()));
  }

  private static Answer done() {
    return Answer.of(200, "text/plain", "done".getBytes(UTF_8));
  }

  private CompletableFuture<HttpResponse<String>> ask(String caller, String path) {
    return client.sendAsync(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .header("Authorization", caller)
            .build(),
        BodyHandlers.ofString());
  }

  private void start(Allowed allowed) throws IOException {
    ReadLimit limit = new ReadLimit("answers", allowed, now::get);
    server =
        new WebServer(
            new ServerSettings(
                "127.0.0.1", 0, 1000, 1, TIMEOUT, TIMEOUT, TIMEOUT, 1, TIMEOUT, null),
            new Router(
                List.of(
                    Route.get(
                        "/now",
                        Access.READ,
                        (request, body) -> CompletableFuture.completedFuture(done())),
                    Route.get(
                        "/held",
                        Access.READ,
                        (request, body) -> {
                          CompletableFuture<Answer> later = new CompletableFuture<>();
                          held.add(later);
                          return later;
                        }),
                    Route.get(
                        "/large",
                        Access.READ,
                        (request, body) ->
                            CompletableFuture.completedFuture(
                                Answer.of(200, "text/plain", LARGE))))),
            request -> {
              String name = request.header("Authorization").orElseThrow();
              return new Principal(name, name, Set.of(Scope.READ));
            },
            new Quota() {
              @Override
              public Optional<ReadLimit> reads(Route route) {
                return Optional.of(limit);
              }
            },
            false);
    server.start();
  }
}
