package io.pairstream.ingest.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operate.LongTimeoutServer;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.Scope;
import io.pairstream.service.http.WebServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class StatusRoutesTest {

  private static final String UNKNOWN = "0123456789abcdef0123456789abcdef";

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  @TempDir Path folder;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private ClusterAccess cluster;
  private PlayedPipeline pipeline;
  private StatusRoutes view;
  private volatile Principal who = Principal.ANONYMOUS;
  private WebServer server;

  @BeforeEach
  void start() throws IOException {
    cluster = KAFKA.datasetOfAllTopics(2);
    pipeline = new PlayedPipeline(cluster);
    view = new StatusRoutes(cluster.topics(), folder, cluster.clientSettings(), Clock.systemUTC());
    server = server(view);
    view.upToDate().join();
  }

  @AfterEach
  void stop() {
    server.close();
    view.close();
    pipeline.close();
  }

  @Test
  void pairIsAskedAfter() throws Exception {
    Sent sent = pipeline.send("an image", "a caption");
    pair(sent);

    HttpResponse<String> answer = get("/v1/pairs/" + sent.pairId());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(json(answer).path("status").asText()).isEqualTo("RECEIVED");
    assertThat(json(answer).path("id").asText()).isEqualTo(sent.pairId());
  }

  @Test
  void idThatAnotherInstanceGaveOutAMomentAgoIsFound() throws Exception {
    view.upToDate().join();
    for (int i = 0; i < 20; i++) {
      Sent sent = pipeline.send("an image", "caption " + i);
      pair(sent);

      assertThat(get("/v1/pairs/" + sent.pairId()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void unknownIdIsNotFound() throws Exception {
    HttpResponse<String> answer = get("/v1/pairs/" + UNKNOWN);

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(json(answer).path("type").asText()).isEqualTo("urn:pairstream:problem:not-found");
    assertThat(json(answer).path("detail").asText()).contains("no producer has sent");
  }

  @Test
  void coordinatesAreForReviewers() throws Exception {
    Sent unread = pipeline.send("an image", "a caption");
    String coordinates = OriginHeader.text(unread.origin());
    pipeline.transaction(
        unread, List.of(pipeline.receipt(unread, coordinates, unread, PairStatus.QUARANTINED, "")));
    String body = "{\"ids\": [\"%s\", \"%s\"]}".formatted(UNKNOWN, coordinates);

    assertThat(get("/v1/pairs/" + coordinates).statusCode()).isEqualTo(200);
    who = new Principal("museum", "k1", Set.of(Scope.PUBLISH, Scope.READ, Scope.VIEW));
    HttpResponse<String> one = get("/v1/pairs/" + coordinates);
    HttpResponse<String> none = get("/v1/pairs/pairs.crowdsourced-0-999");
    HttpResponse<String> many = post(body);
    who = new Principal("operator", "k2", Set.of(Scope.READ, Scope.REVIEW));

    assertThat(one.statusCode()).isEqualTo(403);
    assertThat(json(one).path("detail").asText()).contains("scope review");
    assertThat(none.statusCode()).isEqualTo(403);
    assertThat(many.statusCode()).isEqualTo(403);
    assertThat(get("/v1/pairs/" + coordinates).statusCode()).isEqualTo(200);
    assertThat(json(post(body)).path("statuses")).hasSize(1);
  }

  @Test
  void coordinatesAreForTheirSenderToo() throws Exception {
    Sent letInAgain = pipeline.send("an image", "a caption");
    String coordinates = OriginHeader.text(letInAgain.origin());
    Receipt receipt =
        Receipt.newBuilder()
            .setPairId(letInAgain.pairId())
            .setProducer("museum")
            .setStatus(PairStatus.WITHDRAWN.name())
            .setOrigin(letInAgain.origin())
            .build();
    TestCluster.send(
        cluster, TestCluster.record(cluster.topics().receipts(), null, coordinates, receipt));
    String body = "{\"ids\": [\"%s\"]}".formatted(coordinates);

    who = new Principal("museum", "k1", Set.of(Scope.READ));
    HttpResponse<String> own = get("/v1/pairs/" + coordinates);
    HttpResponse<String> ownAmongMany = post(body);
    who = new Principal("archive", "k2", Set.of(Scope.READ));
    HttpResponse<String> others = get("/v1/pairs/" + coordinates);
    HttpResponse<String> othersAmongMany = post(body);

    assertThat(json(own).path("status").asText()).isEqualTo("WITHDRAWN");
    assertThat(json(ownAmongMany).path("statuses")).hasSize(1);
    assertThat(others.statusCode()).isEqualTo(403);
    assertThat(othersAmongMany.statusCode()).isEqualTo(403);
  }

  @Test
  void manyAreAskedAfterAtOnce() throws Exception {
    Sent first = pipeline.send("an image", "a caption");
    pair(first);
    Sent second = pipeline.send("another image", "a caption");
    pipeline.accept(second, PairStatus.TRAINING);

    JsonNode answer =
        json(
            post(
                "{\"ids\": [\"%s\", \"%s\", \"%s\"]}"
                    .formatted(second.pairId(), UNKNOWN, first.pairId())));

    assertThat(answer.path("statuses"))
        .extracting(status -> status.path("id").asText() + " " + status.path("status").asText())
        .containsExactly(second.pairId() + " TRAINING", first.pairId() + " RECEIVED");
    assertThat(answer.path("unknown")).extracting(JsonNode::asText).containsExactly(UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"ids\": 1}",
        "{\"ids\": [null]}",
        "{\"ids\": [[1]]}",
        "{\"ids\": [false]}"
      })
  void whatIsNoListOfIdsIsRefusedInWords(String body) throws Exception {
    HttpResponse<String> answer = post(body);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(json(answer).path("detail").asText()).contains("{\"ids\": [");
  }

  @Test
  void moreThanAThousandIdsAreTooMany() throws Exception {
    String ids = String.join(",", Collections.nCopies(1001, "\"" + UNKNOWN + "\""));

    assertThat(post("{\"ids\": [" + ids + "]}").statusCode()).isEqualTo(400);
  }

  @Test
  void whileNothingCanBeReadUnknownIsNotSaidToBeUnknown(@TempDir Path otherFolder)
      throws Exception {
    Map<String, Object> noBroker = Map.of("bootstrap.servers", "127.0.0.1:9");
    PairTopics away = PairTopics.of(new Dataset("away"), new Registry("mock://away", Map.of()));
    try (StatusRoutes blind = new StatusRoutes(away, otherFolder, noBroker, Clock.systemUTC());
        WebServer blindServer = server(blind)) {

      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(uri(blindServer, "/v1/pairs/" + UNKNOWN)).build(),
              BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
      assertThat(json(answer).path("type").asText()).isEqualTo("urn:pairstream:problem:not-ready");
    }
  }

  private WebServer server(StatusRoutes answering) throws IOException {
    WebServer started =
        new WebServer(
            LongTimeoutServer.settings(),
            new Router(answering.routes()),
            request -> who,
            Quota.UNLIMITED,
            true);
    started.start();
    return started;
  }

  private static URI uri(WebServer server, String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(uri(server, path)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri(server, "/v1/statuses"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> answer) throws IOException {
    return Json.MAPPER.readTree(answer.body());
  }

  private void pair(Sent sent) {
    StatusReportTest.send(
        cluster,
        Upload.newBuilder()
            .setId(sent.pairId())
            .setPairId(sent.pairId())
            .setImageDigest(sent.imageDigest())
            .setOrigin(sent.origin())
            .build());
  }
}
