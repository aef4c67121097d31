package io.pairstream.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operate.LongTimeoutServer;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Route.Method;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.KeyIssuer;
import io.pairstream.service.keys.NewKey;
import io.pairstream.service.keys.Rates;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestKafka;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Every route of the service, asked with every kind of key. */
@Timeout(900)
class AccessTest {

  /** Routes open to all. A further one has to be added here on purpose. */
  private static final Set<String> OPEN =
      Set.of("/", "/assets/{name}", "/openapi.json", "/health/live", "/health/ready");

  @TempDir static Path stateDir;
  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  static IngestCluster cluster;
  static IngestService service;

  /** Headers that are refused, by what is wrong with them. */
  static final Map<String, String> REFUSED = new LinkedHashMap<>();

  static final Map<Scope, String> byScope = new EnumMap<>(Scope.class);

  static String publishing;
  static String reading;
  static String revokedId;

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @BeforeAll
  static void startService() throws Exception {
    cluster = new IngestCluster(KAFKA.bootstrapServers());
    Instant lastYear = Instant.now().minus(Duration.ofDays(365));
    String expired;
    try (KeyIssuer then = issuer(Clock.fixed(lastYear, ZoneOffset.UTC))) {
      expired =
          then.create(
                  new NewKey(
                      "late",
                      Set.of(Scope.PUBLISH, Scope.READ),
                      Rates.UNSAID,
                      lastYear.plusSeconds(1)))
              .text()
              .reveal();
    }
    String revoked;
    try (KeyIssuer issuer = issuer(Clock.systemUTC())) {
      publishing = key(issuer, "ann", Scope.PUBLISH);
      reading = key(issuer, "bob", Scope.READ);
      byScope.put(Scope.PUBLISH, publishing);
      byScope.put(Scope.READ, reading);
      byScope.put(Scope.VIEW, key(issuer, "vic", Scope.VIEW));
      byScope.put(Scope.REVIEW, key(issuer, "rev", Scope.REVIEW));
      revoked = key(issuer, "eve", Scope.PUBLISH, Scope.READ);
      revokedId = revoked.substring(4, 20);
    }
    try (KeyIssuer issuer = issuer(Clock.systemUTC())) {
      assertThat(issuer.revoke(revokedId)).isPresent();
    }
    REFUSED.put("no key", "");
    REFUSED.put("nothing after Bearer", "Bearer");
    REFUSED.put("another scheme", "Basic YW5uOnNlY3JldA==");
    REFUSED.put("a text that is no key", "Bearer psk_not-a-key");
    REFUSED.put("a key of a million characters", "Bearer psk_" + "0".repeat(10_000));
    REFUSED.put(
        "a key that was never issued", "Bearer psk_" + "0".repeat(16) + "_" + "0".repeat(64));
    REFUSED.put("another secret", "Bearer " + publishing.substring(0, 21) + "0".repeat(64));
    REFUSED.put(
        "a secret of another key", "Bearer " + reading.substring(0, 21) + publishing.substring(21));
    REFUSED.put("an expired key", "Bearer " + expired);
    REFUSED.put("a revoked key", "Bearer " + revoked);
    service =
        new IngestService(
            cluster.cluster(),
            IngestCluster.settings(LongTimeoutServer.settings(), false, stateDir));
    service.start();
    Await.until(() -> ask(Method.GET, "/health/ready", "").statusCode() == 200);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  void onlyWhatIsMeantToBeOpenIsOpen() {
    assertThat(service.routes())
        .filteredOn(route -> route.access() == Access.OPEN)
        .allSatisfy(route -> assertThat(OPEN).contains(route.template()));
  }

  @TestFactory
  Stream<DynamicTest> everyRouteRefusesCallersWithoutALiveKey() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Route route : guarded()) {
      REFUSED.forEach(
          (what, authorization) ->
              tests.add(
                  DynamicTest.dynamicTest(
                      route + " with " + what, () -> isUnauthorized(route, authorization))));
    }
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> everyRouteLetsInTheScopesThatItIsFor() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Route route : guarded()) {
      byScope.forEach(
          (scope, key) ->
              tests.add(
                  DynamicTest.dynamicTest(
                      route + " with " + scope.label(), () -> isFor(route, scope, key))));
    }
    return tests.stream();
  }

  private static void isFor(Route route, Scope scope, String key) throws Exception {
    Set<Scope> letIn =
        switch (route.access()) {
          case PUBLISH -> Set.of(Scope.PUBLISH);
          case READ -> Set.of(Scope.READ);
          // Reviewers may look at everything.
          case VIEW -> Set.of(Scope.VIEW, Scope.REVIEW);
          case REVIEW_BY_HANDLER -> Set.of(Scope.REVIEW);
          default -> EnumSet.allOf(Scope.class);
        };

    HttpResponse<String> answer = ask(route.method(), path(route), "Bearer " + key);

    if (letIn.contains(scope)) {
      assertThat(answer.statusCode()).isNotIn(401, 403);
    } else {
      assertThat(answer.statusCode()).isEqualTo(403);
      JsonNode problem = problem(answer);
      assertThat(problem.path("type").asText()).isEqualTo("urn:pairstream:problem:forbidden");
      assertThat(letIn).extracting(Scope::label).contains(problem.path("scope").asText());
      assertThat(answer.body()).doesNotContain(key.substring(21));
    }
  }

  @Test
  void whatIsSentNamesWhoseKeyItWasSentWithWhomeverElseItNames() throws Exception {
    String key;
    try (KeyIssuer issuer = issuer(Clock.systemUTC())) {
      key = "Bearer " + key(issuer, "mallory", Scope.PUBLISH);
    }
    Await.until(() -> me(key).statusCode() == 200);
    ObjectNode pair = Json.MAPPER.createObjectNode().put("contributor", "ann");
    pair.put("image", picture(96));

    HttpResponse<String> alone = post(key, pair.put("caption", "sent alone").toString());
    HttpResponse<String> batch =
        post("batches", "x-ndjson", key, pair.put("caption", "sent in a batch") + "\n");
    HttpResponse<String> claimed = post(key, pair.put("producer", "ann").toString());

    assertThat(alone.statusCode()).as(alone.body()).isEqualTo(201);
    assertThat(batch.body()).contains("\"taken\":1");
    assertThat(cluster.read(cluster.topics().crowdsourced()))
        .filteredOn(read -> read.value().getCaption().startsWith("sent "))
        .hasSize(2)
        .allSatisfy(
            read -> assertThat(read.value().getMetadata().getContributor()).isEqualTo("ann"))
        .allSatisfy(
            read -> assertThat(read.value().getMetadata().getProducer()).isEqualTo("mallory"));
    assertThat(claimed.statusCode()).isEqualTo(422);
    assertThat(problem(claimed).path("detail").asText()).contains("no field producer");
  }

  @Test
  void refusalOfADeadKeySaysWhatBecameOfIt() throws Exception {
    assertThat(problem(me(REFUSED.get("an expired key"))).path("detail").asText())
        .contains("expired on 20");
    assertThat(problem(me(REFUSED.get("a revoked key"))).path("detail").asText())
        .contains("revoked on 20");
  }

  @Test
  void callerLearnsWhoItIsAndWhatItMaySend() throws Exception {
    HttpResponse<String> answer = me("Bearer " + publishing);

    JsonNode me = Json.MAPPER.readTree(answer.body());
    assertThat(me.path("producer").asText()).isEqualTo("ann");
    assertThat(me.path("key_id").asText()).isEqualTo(publishing.substring(4, 20));
    assertThat(me.path("scopes")).extracting(JsonNode::asText).containsExactly("publish");
    assertThat(me.path("quota").path("records_per_second").asDouble()).isEqualTo(3);
    assertThat(me.path("quota").path("bytes_per_second").asDouble())
        .isEqualTo(IngestCluster.QUOTA.bytesPerSecond());
    assertThat(me.path("left").path("records").asDouble()).isBetween(0.0, 10.0);
    assertThat(answer.body()).doesNotContain(publishing.substring(21));
  }

  @Test
  void requestBeyondAQuotaIsRefusedWithATimeToRetry() throws Exception {
    HttpResponse<String> answer = ask(Method.POST, "/v1/pairs", "Bearer " + publishing);
    int asked = 1;
    while (answer.statusCode() != 429) {
      answer = ask(Method.POST, "/v1/pairs", "Bearer " + publishing);
      asked++;
    }

    assertThat(asked).isGreaterThan(2);
    assertThat(answer.headers().firstValueAsLong("Retry-After").orElseThrow()).isBetween(1L, 4L);
    JsonNode problem = problem(answer);
    assertThat(problem.path("type").asText()).isEqualTo("urn:pairstream:problem:quota-exceeded");
    assertThat(problem.path("quota").asText()).isEqualTo("records");
    assertThat(problem.path("limit_per_second").asDouble()).isEqualTo(3);
    assertThat(me("Bearer " + publishing).statusCode()).isEqualTo(200);
  }

  @Test
  void whatTakesLongToDecodeCountsAsMoreThanItsBytes() throws Exception {
    String key;
    try (KeyIssuer issuer = issuer(Clock.systemUTC())) {
      Rates slow = new Rates(1000, 10_000);
      NewKey wanted = new NewKey("paul", Set.of(Scope.PUBLISH), slow, Instant.MAX);
      key = "Bearer " + issuer.create(wanted).text().reveal();
    }
    Await.until(() -> me(key).statusCode() == 200);
    ObjectNode pair = Json.MAPPER.createObjectNode().put("caption", "nothing at all");
    pair.put("image", picture(7000));

    HttpResponse<String> taken = post(key, pair.toString());
    HttpResponse<String> next = post(key, pair.toString());

    assertThat(taken.statusCode()).isEqualTo(201);
    assertThat(next.statusCode()).isEqualTo(429);
    assertThat(problem(next).path("quota").asText()).isEqualTo("bytes");
    long seconds = 7000L * 7000 / 16 / 10_000;
    assertThat(next.headers().firstValueAsLong("Retry-After").orElseThrow())
        .isBetween(seconds / 2, seconds + 10);
  }

  @Test
  void keyThatIsRevokedMeanwhileIsRefusedByTheRunningService() throws Exception {
    String key = goneKey();
    Await.until(() -> me("Bearer " + key).statusCode() == 200);

    try (KeyIssuer issuer = issuer(Clock.systemUTC())) {
      assertThat(issuer.revoke(key.substring(4, 20))).isPresent();
    }

    Await.until(() -> me("Bearer " + key).statusCode() == 401);
  }

  private static String goneKey() throws Exception {
    try (KeyIssuer issuer = issuer(Clock.systemUTC())) {
      return key(issuer, "gone", Scope.READ);
    }
  }

  private static void isUnauthorized(Route route, String authorization) throws Exception {
    HttpResponse<String> answer = ask(route.method(), path(route), authorization);

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
        .startsWith("Bearer realm=\"pairstream\"");
    JsonNode problem = problem(answer);
    assertThat(problem.path("type").asText()).isEqualTo("urn:pairstream:problem:unauthorized");
    List<String> members =
        new ArrayList<>(List.of("type", "title", "status", "detail", "instance"));
    // Where a key was sent, the answer says what is wrong with it.
    if (answer.headers().firstValue("WWW-Authenticate").orElseThrow().contains("invalid_token")) {
      members.add("key_state");
      if (!problem.path("key_state").asText().equals("UNKNOWN")) {
        members.add("since");
      }
    }
    assertThat(problem.fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(members);
    String head = answer.headers().map().toString();
    for (String known :
        List.of("ann", "bob", "eve", "late", revokedId, publishing.substring(4, 20))) {
      assertThat(problem.path("detail").asText().split("[^a-z0-9]+")).doesNotContain(known);
      assertThat(head).doesNotContain("=" + known);
    }
  }

  private static List<Route> guarded() {
    List<Route> guarded =
        service.routes().stream().filter(route -> route.access() != Access.OPEN).toList();
    assertThat(guarded).hasSizeGreaterThan(1);
    return guarded;
  }

  private static String path(Route route) {
    return route.template().replaceAll("\\{[^}]*}", "0".repeat(32));
  }

  private static HttpResponse<String> me(String authorization) throws Exception {
    return ask(Method.GET, "/v1/me", authorization);
  }

  private static HttpResponse<String> ask(Method method, String path, String authorization)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    if (method == Method.POST) {
      request.header("Content-Type", "application/json").POST(BodyPublishers.ofString("{}"));
    }
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private static byte[] picture(int side) throws IOException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY), "png", plain);
    return plain.toByteArray();
  }

  private static HttpResponse<String> post(String authorization, String pair)
      throws IOException, InterruptedException {
    return post("pairs", "json", authorization, pair);
  }

  private static HttpResponse<String> post(
      String route, String type, String authorization, String body)
      throws IOException, InterruptedException {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + "/v1/" + route))
            .header("Authorization", authorization)
            .header("Content-Type", "application/" + type)
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static JsonNode problem(HttpResponse<String> answer) throws IOException {
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    return Json.MAPPER.readTree(answer.body());
  }

  private static String key(KeyIssuer issuer, String producer, Scope... scopes) {
    return issuer
        .create(new NewKey(producer, Set.of(scopes), new Rates(3, 0), Instant.MAX))
        .text()
        .reveal();
  }

  private static KeyIssuer issuer(Clock clock) {
    return KeyIssuer.open(
        cluster.topics().apiKeys(), cluster.cluster().clientSettings(Map.of()), clock);
  }
}
