package io.pairstream.ingest.requests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operations.PatientServer;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Awaiting;
import io.pairstream.service.http.HttpDoor;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class IdempotencyTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  /** No claim lapses under it before the test is over, however long the machine stands still. */
  private static final Duration LONG_LEASE = Duration.ofMinutes(10);

  static ClusterAccess cluster;

  /** Nobody else's keys are met. */
  private final String producer = UUID.randomUUID().toString();

  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger worked = new AtomicInteger();
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CompletableFuture<Answer> later = new CompletableFuture<>();
  private final List<Instance> instances = new ArrayList<>();

  @TempDir Path folder;

  @BeforeAll
  static void makeTopics() {
    cluster = KAFKA.dataset(3);
  }

  @AfterEach
  void stop() {
    later.complete(created("late"));
    instances.forEach(Instance::close);
  }

  @Test
  void sameRequestGetsTheFirstAnswerAgain() throws Exception {
    Instance one = instance("one");

    HttpResponse<String> first = post(one, "/things", "k1", "a body");
    HttpResponse<String> second = post(one, "/things", "k1", "a body");

    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(first.headers().firstValue("Idempotency-Replayed")).isEmpty();
    assertThat(second.statusCode()).isEqualTo(201);
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(second.headers().firstValue("Content-Type"))
        .isEqualTo(first.headers().firstValue("Content-Type"));
    assertThat(second.headers().firstValue("Location")).contains("/things/1");
    assertThat(second.headers().firstValue("Idempotency-Replayed")).contains("true");
    assertThat(worked).hasValue(1);
  }

  @Test
  void anyInstanceGivesTheFirstAnswerAlsoAfterARestart() throws Exception {
    Instance one = instance("one");
    Instance two = instance("two");

    HttpResponse<String> first = post(one, "/things", "k1", "a body");
    HttpResponse<String> elsewhere = post(two, "/things", "k1", "a body");
    two.close();
    HttpResponse<String> afterwards = post(instance("two"), "/things", "k1", "a body");
    HttpResponse<String> fromNothing = post(instance("three"), "/things", "k1", "a body");

    assertThat(List.of(elsewhere.body(), afterwards.body(), fromNothing.body()))
        .containsOnly(first.body());
    assertThat(worked).hasValue(1);
  }

  @Test
  void sameKeyWithAnotherBodyIsRefused() throws Exception {
    Instance one = instance("one");
    var unused = post(one, "/things", "k1", "a body");

    HttpResponse<String> other = post(one, "/things", "k1", "another body");

    assertThat(other.statusCode()).isEqualTo(422);
    assertThat(problem(other).path("type").asText()).endsWith(":idempotency-key-reused");
    assertThat(worked).hasValue(1);
  }

  @Test
  void sameKeyOnAnotherRouteIsAnotherRequest() throws Exception {
    Instance one = instance("one");
    var unused = post(one, "/things", "k1", "a body");

    assertThat(post(one, "/failing", "k1", "a body").statusCode()).isEqualTo(422);
  }

  @Test
  void producersDoNotMeetEachOthersKeys() throws Exception {
    Instance one = instance("one");

    HttpResponse<String> ann = post(one, "/things", "k1", "a body", "X-Producer", "ann");
    HttpResponse<String> bob = post(one, "/things", "k1", "another body", "X-Producer", "bob");

    assertThat(List.of(ann.statusCode(), bob.statusCode())).containsOnly(201);
    assertThat(bob.body()).isNotEqualTo(ann.body());
  }

  @Test
  void requestWithoutAKeyIsWorkedOnEachTime() throws Exception {
    Instance one = instance("one");

    HttpResponse<String> first = send(one, "/things", "a body", List.of());
    HttpResponse<String> second = send(one, "/things", "a body", List.of());

    assertThat(second.body()).isNotEqualTo(first.body());
    assertThat(worked).hasValue(2);
  }

  @Test
  void quotesAroundAKeyMakeNoDifference() throws Exception {
    Instance one = instance("one");

    HttpResponse<String> bare = post(one, "/things", "8e03978e-40d5", "a body");
    HttpResponse<String> quoted = post(one, "/things", "\"8e03978e-40d5\"", "a body");

    assertThat(quoted.body()).isEqualTo(bare.body());
  }

  @Test
  void impossibleKeyIsRefused() throws Exception {
    Instance one = instance("one");

    for (String key : List.of("", "\"\"", "two words", "x".repeat(256), "a\\b")) {
      HttpResponse<String> answer = post(one, "/things", key, "a body");
      assertThat(answer.statusCode()).as(key).isEqualTo(400);
      assertThat(problem(answer).path("detail").asText()).contains("1 to 255 printable");
    }
    assertThat(worked).hasValue(0);
  }

  @Test
  void requestInProgressIsToldSoByEveryInstance() throws Exception {
    Instance one = instance("one");
    Instance two = instance("two");
    CompletableFuture<HttpResponse<String>> first =
        client.sendAsync(request(one, "/slow", "k1", "a body"), BodyHandlers.ofString());
    entered.await();

    for (Instance instance : List.of(one, two)) {
      HttpResponse<String> meanwhile = post(instance, "/slow", "k1", "a body");
      assertThat(meanwhile.statusCode()).isEqualTo(409);
      assertThat(meanwhile.headers().firstValue("Retry-After")).contains("1");
      assertThat(post(instance, "/slow", "k1", "another body").statusCode()).isEqualTo(422);
    }

    later.complete(created("late"));
    assertThat(first.get().statusCode()).isEqualTo(201);
    assertThat(post(two, "/slow", "k1", "a body").body()).isEqualTo(first.get().body());
    assertThat(worked).hasValue(1);
  }

  @Test
  void claimThatIsSeenAfterItsLeaseIsNotWorkedOn() throws Exception {
    Instance one = instance("one", Duration.ofMillis(1));

    assertThat(post(one, "/things", "k1", "a body").statusCode()).isEqualTo(409);
    assertThat(worked).hasValue(0);
  }

  @Test
  void claimIsRenewedForAsLongAsItIsWorkedOn() throws Exception {
    Duration lease = Duration.ofSeconds(45);
    Instance one = instance("one", lease);
    Instance two = instance("two");
    CompletableFuture<HttpResponse<String>> first =
        client.sendAsync(request(one, "/slow", "k1", "a body"), BodyHandlers.ofString());
    entered.await();

    long startedAt = System.nanoTime();
    while (System.nanoTime() - startedAt < lease.plusSeconds(1).toNanos()) {
      assertThat(post(two, "/slow", "k1", "a body").statusCode()).isEqualTo(409);
      Awaiting.pause();
    }

    later.complete(created("late"));
    assertThat(first.get().statusCode()).isEqualTo(201);
    assertThat(worked).hasValue(1);
  }

  @Test
  void anotherInstanceTakesOverFromOneThatIsGone() throws Exception {
    Instance gone = instance("one", Duration.ofMillis(1_500));
    Instance two = instance("two");
    var unanswered =
        client.sendAsync(request(gone, "/slow", "k1", "a body"), BodyHandlers.ofString());
    entered.await();
    gone.requests.close();
    later.complete(created("late"));

    HttpResponse<String> answer = post(two, "/slow", "k1", "a body");
    while (answer.statusCode() == 409) {
      Awaiting.pause();
      answer = post(two, "/slow", "k1", "a body");
    }

    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(worked).hasValue(2);
    assertThat(unanswered.get().statusCode()).isEqualTo(503);
  }

  @Test
  void requestThatWasNotTakenMayBeSentAgainUnderItsKey() throws Exception {
    Instance one = instance("one");

    HttpResponse<String> first = post(one, "/failing", "k1", "a body");
    HttpResponse<String> second = post(one, "/failing", "k1", "a body");
    HttpResponse<String> repaired = post(one, "/failing", "k1", "a better body");

    assertThat(List.of(first.statusCode(), second.statusCode())).containsOnly(503);
    assertThat(repaired.statusCode()).isEqualTo(503);
    assertThat(second.headers().firstValue("Idempotency-Replayed")).isEmpty();
    assertThat(worked).hasValue(3);
  }

  @Test
  void faultOfOursFreesTheKeyToo() throws Exception {
    Instance one = instance("one");

    assertThat(post(one, "/broken", "k1", "a body").statusCode()).isEqualTo(500);
    assertThat(post(one, "/broken", "k1", "another body").statusCode()).isEqualTo(500);
  }

  @Test
  void onlyOneOfManyAtOnceIsWorkedOn() throws Exception {
    Instance one = instance("one");
    Instance two = instance("two");

    List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      HttpRequest request = request(i % 2 == 0 ? one : two, "/things", "k1", "a body");
      sent.add(client.sendAsync(request, BodyHandlers.ofString()));
    }
    List<HttpResponse<String>> answers = new ArrayList<>();
    for (CompletableFuture<HttpResponse<String>> each : sent) {
      answers.add(each.get());
    }

    assertThat(worked).hasValue(1);
    assertThat(answers)
        .allMatch(answer -> answer.statusCode() == 201 || answer.statusCode() == 409);
    assertThat(
            answers.stream()
                .filter(answer -> answer.statusCode() == 201)
                .map(HttpResponse::body)
                .distinct())
        .hasSize(1);
  }

  @Test
  void multipartFormIsTheSameUnderAnotherBoundary() throws Exception {
    Instance one = instance("one");

    HttpResponse<String> first = postForm(one, "k1", "AaB03x", "a caption");
    HttpResponse<String> second = postForm(one, "k1", "\"other boundary\"", "a caption");
    HttpResponse<String> other = postForm(one, "k1", "third", "another caption");

    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(other.statusCode()).isEqualTo(422);
  }

  @Test
  void streamedBodyIsWorkedOnOnce() throws Exception {
    Instance one = instance("one");
    String body = "line 1\nline 2\n";

    HttpResponse<String> first = postStream(one, "k1", body, digest(body));
    HttpResponse<String> second = postStream(instance("two"), "k1", body, digest(body));

    assertThat(first.body()).isEqualTo("batch 1\nline 1\nline 2\ndone 1\n");
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(second.headers().firstValue("Idempotency-Replayed")).contains("true");
    assertThat(worked).hasValue(1);
    assertThat(postStream(one, "k1", "other", digest("other")).statusCode()).isEqualTo(422);
  }

  @Test
  void longStreamedAnswerIsRememberedByItsFirstAndLastLine() throws Exception {
    Instance one = instance("one");
    String body = "0123456789abcde\n".repeat(10_000);

    HttpResponse<String> first = postStream(one, "k1", body, digest(body));
    HttpResponse<String> second = postStream(one, "k1", body, digest(body));

    assertThat(first.body()).hasSizeGreaterThan(body.length());
    assertThat(second.body()).isEqualTo("batch 1\ndone 1\n");
  }

  @Test
  void streamedBodyWithAKeyNamesItsDigest() throws Exception {
    Instance one = instance("one");

    HttpResponse<String> answer = postStream(one, "k1", "line 1\n", "sha-512=:AAAA:");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(problem(answer).path("detail").asText()).contains("Content-Digest: sha-256=");
    assertThat(worked).hasValue(0);
  }

  @Test
  void streamedBodyWithAnotherDigestThanDeclaredIsNotRemembered() throws Exception {
    Instance one = instance("one");

    HttpResponse<String> first = postStream(one, "k1", "line 1\n", digest("something else"));
    HttpResponse<String> second = postStream(one, "k1", "line 1\n", digest("something else"));

    assertThat(first.body()).contains("batch 1");
    assertThat(second.body()).contains("batch 2");
  }

  private Instance instance(String name) throws IOException {
    return instance(name, LONG_LEASE);
  }

  private Instance instance(String name, Duration lease) throws IOException {
    Instance instance = new Instance(name, lease);
    instances.add(instance);
    return instance;
  }

  private HttpResponse<String> post(
      Instance instance, String path, String key, String body, String... headers) throws Exception {
    return client.send(request(instance, path, key, body, headers), BodyHandlers.ofString());
  }

  private HttpResponse<String> postForm(
      Instance instance, String key, String boundary, String caption) throws Exception {
    String delimiter = "--" + boundary.replace("\"", "");
    String body =
        delimiter
            + "\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\n"
            + caption
            + "\r\n"
            + delimiter
            + "--\r\n";
    return send(
        instance,
        "/things",
        body,
        List.of(
            "Content-Type", "multipart/form-data; boundary=" + boundary, "Idempotency-Key", key));
  }

  private HttpResponse<String> postStream(
      Instance instance, String key, String body, String contentDigest) throws Exception {
    return post(instance, "/lines", key, body, "Content-Digest", contentDigest);
  }

  private static HttpRequest request(
      Instance instance, String path, String key, String body, String... headers) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(uri(instance, path))
            .header("Content-Type", "text/plain")
            .header("Idempotency-Key", key)
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      builder.headers(headers);
    }
    return builder.build();
  }

  private HttpResponse<String> send(
      Instance instance, String path, String body, List<String> headers) throws Exception {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(uri(instance, path)).POST(HttpRequest.BodyPublishers.ofString(body));
    builder.headers(
        headers.isEmpty()
            ? new String[] {"Content-Type", "text/plain"}
            : headers.toArray(String[]::new));
    return client.send(builder.build(), BodyHandlers.ofString());
  }

  private static URI uri(Instance instance, String path) {
    return URI.create("http://127.0.0.1:" + instance.door.port() + path);
  }

  private static JsonNode problem(HttpResponse<String> answer) throws IOException {
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    return Json.MAPPER.readTree(answer.body());
  }

  private static String digest(String body) throws Exception {
    byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(body.getBytes(UTF_8));
    return "sha-256=:" + Base64.getEncoder().encodeToString(sha256) + ":";
  }

  private static Answer created(String what) {
    return Answer.json(201, Json.MAPPER.createObjectNode().put("id", what));
  }

  /** One instance of a service that counts what it works on. */
  private final class Instance implements AutoCloseable {

    private final IdempotentRequests requests;
    private final HttpDoor door;

    Instance(String name, Duration lease) throws IOException {
      requests =
          IdempotentRequests.open(
              cluster.topics().uploadRequests(),
              cluster.registry(),
              folder.resolve(name),
              cluster.clientSettings(),
              lease,
              Clock.systemUTC());
      Idempotency idempotency = new Idempotency(requests);
      Authenticator authenticator =
          request ->
              new Principal(
                  request.header("X-Producer").orElse(producer),
                  "",
                  Set.of(Scope.PUBLISH, Scope.READ));
      door =
          new HttpDoor(
              PatientServer.settings(),
              new Router(routes().stream().map(idempotency::once).toList()),
              authenticator,
              Quota.UNLIMITED,
              false);
      door.start();
      while (requests.obstacle().isPresent()) {
        Awaiting.pause();
      }
    }

    private List<Route> routes() {
      Set<String> types = Set.of("text/plain", "multipart/form-data");
      return List.of(
          Route.post(
              "/things",
              Access.PUBLISH,
              types,
              100_000,
              (request, body) -> {
                int number = worked.incrementAndGet();
                return CompletableFuture.completedFuture(
                    created(String.valueOf(number)).withHeader("Location", "/things/" + number));
              }),
          Route.post(
              "/slow",
              Access.PUBLISH,
              types,
              100_000,
              (request, body) -> {
                int unused = worked.incrementAndGet();
                entered.countDown();
                return later;
              }),
          Route.post(
              "/failing",
              Access.PUBLISH,
              types,
              100_000,
              (request, body) -> {
                int unused = worked.incrementAndGet();
                throw Problem.of(ProblemKind.KAFKA_UNAVAILABLE, "away").asException();
              }),
          Route.post(
              "/broken",
              Access.PUBLISH,
              types,
              100_000,
              (request, body) ->
                  CompletableFuture.failedFuture(new IllegalStateException("a bug"))),
          Route.stream(
              "/lines",
              Access.PUBLISH,
              types,
              (request, body, out) -> {
                int number = worked.incrementAndGet();
                OutputStream answer = out.begin(200, "application/jsonl", Map.of());
                answer.write(("batch " + number + "\n").getBytes(UTF_8));
                try (InputStream closedAfterwards = body) {
                  long unused = closedAfterwards.transferTo(answer);
                }
                answer.write(("done " + number + "\n").getBytes(UTF_8));
              }));
    }

    @Override
    public void close() {
      door.close();
      requests.close();
    }
  }
}
