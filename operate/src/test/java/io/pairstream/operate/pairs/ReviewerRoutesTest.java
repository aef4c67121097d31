package io.pairstream.operate.pairs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.curation.actions.ActionLog;
import io.pairstream.operate.LongTimeoutServer;
import io.pairstream.operate.catalogue.JudgedPairs;
import io.pairstream.operate.profile.ProfileFold;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.Scope;
import io.pairstream.service.http.WebServer;
import io.pairstream.service.table.TopicTable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReviewerRoutesTest {

  static {
    AvroSafety.install();
  }

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  @TempDir private Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  @AutoClose private JudgedPairs judged;
  @AutoClose private ActionLog actions;
  @AutoClose private TopicTable catalogue;
  @AutoClose private CatalogueRoutes pairs;
  @AutoClose private ReviewerRoutes reviewers;
  @AutoClose private WebServer server;

  @BeforeEach
  void start() throws IOException {
    ClusterAccess cluster = JudgedPairs.dataset(KAFKA, 2);
    judged = new JudgedPairs(cluster);
    actions = new ActionLog(cluster, Clock.systemUTC());
    catalogue = JudgedPairs.catalogue(cluster, folder, new ProfileFold(cluster.topics()));
    pairs = new CatalogueRoutes(cluster, catalogue, null, version -> List.of(), Clock.systemUTC());
    reviewers = new ReviewerRoutes(cluster, catalogue, actions, Clock.systemUTC());
    List<Route> routes = new ArrayList<>(pairs.routes());
    routes.addAll(reviewers.routes());
    server =
        new WebServer(
            LongTimeoutServer.settings(),
            new Router(routes),
            request -> principal(request.header("X-Who").orElse("viewer")),
            Quota.UNLIMITED,
            true);
    server.start();
  }

  private static Principal principal(String name) {
    Set<Scope> scopes =
        name.equals("viewer") ? Set.of(Scope.VIEW) : Set.of(Scope.VIEW, Scope.REVIEW);
    return new Principal(name, "key-of-" + name, scopes);
  }

  @Test
  void whatTwoPeopleSayOfPublishedPairsIsOnTheCardAndTheirAgreementInTheProfile() throws Exception {
    String one = accept("one");
    String two = accept("two");
    String three = accept("three");
    String withdrawn = accept("withdrawn");
    judged.await(catalogue);
    say("anna", one, "dog", 200);
    say("ben", one, " dog\", \"", 200);
    say("anna", two, "cat\", \"sofa", 200);
    say("ben", two, "sofa\", \"cat", 200);
    say("ben", three, "dog", 200);
    say("anna", three, "dog", 200);
    say("anna", three, "cat", 200);
    say("anna", withdrawn, "dog", 200);
    say("ben", withdrawn, "cat", 200);
    judged.takeDown("PAIR", withdrawn);
    judged.await(catalogue);

    JsonNode given = get("/v1/pairs/" + two).get("given");
    assertThat(given.findValuesAsText("by")).containsExactly("anna", "ben");
    assertThat(given.get(1).get("labels").toString()).isEqualTo("[\"cat\",\"sofa\"]");
    JsonNode agreement = get("/v1/profile").get("agreement");
    assertThat(agreement).hasSize(1);
    assertThat(agreement.get(0).get("one").textValue()).isEqualTo("anna");
    assertThat(agreement.get(0).get("other").textValue()).isEqualTo("ben");
    assertThat(agreement.get(0).get("pairs").longValue()).isEqualTo(3);
    assertThat(agreement.get(0).get("agreed").longValue()).isEqualTo(2);
    // dog, cat+sofa, cat and dog, cat+sofa, dog: by chance 3 of 9.
    assertThat(agreement.get(0).get("kappa").doubleValue()).isEqualTo(0.5);
  }

  @Test
  void anEmptyAnswerTakesBackWhatWasSaid() throws Exception {
    String id = accept("one");
    judged.await(catalogue);
    say("anna", id, "dog", 200);
    say("anna", id, " ", 200);
    judged.await(catalogue);

    assertThat(get("/v1/pairs/" + id).get("given")).isEmpty();
  }

  @Test
  void reviewersAloneLabelAndPublishedPairsAlone() throws Exception {
    String id = accept("one");
    judged.reject(JudgedPairs.raw("two", "SCRAPED", "museum"), "IMAGE_TOO_SMALL");
    judged.await(catalogue);

    say("viewer", id, "dog", 403);
    say("anna", JudgedPairs.pairId(JudgedPairs.raw("two", "SCRAPED", "museum")), "dog", 404);
    say("anna", "0".repeat(32), "dog", 404);
    judged.await(catalogue);
    assertThat(get("/v1/pairs/" + id).get("given")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "7",
        "[]",
        "{}",
        "{\"labels\":\"dog\"}",
        "{\"labels\":[7]}",
        "{\"labels\":[\"a\\u0000\"]}",
        "{\"labels\":[\"dog\"],\"by\":\"ben\"}",
        "{\"labels\":{\"a\":\"b\"}}"
      })
  void refusesWhatIsNoLabels(String body) throws Exception {
    assertThat(post("anna", "0".repeat(32), body).statusCode()).isEqualTo(400);
  }

  private String accept(String caption) {
    return judged.accept(JudgedPairs.raw(caption, "SCRAPED", "museum"), PairStatus.TRAINING);
  }

  private void say(String who, String id, String label, int status) throws Exception {
    HttpResponse<String> answer = post(who, id, "{\"labels\": [\"" + label + "\"]}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
  }

  private HttpResponse<String> post(String who, String id, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(address("/v1/pairs/" + id + "/labels"))
            .header("X-Who", who)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private JsonNode get(String path) throws Exception {
    HttpResponse<String> answer =
        client.send(HttpRequest.newBuilder(address(path)).build(), BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.MAPPER.readTree(answer.body());
  }

  private URI address(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }
}
