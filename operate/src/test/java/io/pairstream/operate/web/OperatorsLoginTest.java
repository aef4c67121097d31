package io.pairstream.operate.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operate.lag.Mutes;
import io.pairstream.operate.web.RunningOperators.ClusterAnswer;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.http.Scope;
import io.pairstream.service.keys.ApiKeyText;
import io.pairstream.service.keys.KeyIssuer;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorsLoginTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final String REVIEW =
      "{\"pairs\": [\"00\"], \"decision\": \"REJECTED\", \"comment\": \"no\"}";

  @TempDir static Path folder;

  private static ClusterAccess cluster;
  @AutoClose private static RunningOperators operators;

  /** One service for all tests, of which each has keys of its own. */
  @BeforeAll
  static void start() throws IOException {
    cluster = KAFKA.datasetOfAllTopics(1);
    operators = new RunningOperators(KAFKA, cluster, false, folder.resolve("state"));
  }

  private ClusterAnswer review(HttpRequest.Builder request) {
    return operators.tell(request);
  }

  private HttpRequest.Builder review() {
    return operators.post("/v1/reviews", REVIEW);
  }

  @Test
  void sessionStandsForTheKeyUntilItIsEnded() {
    String key = operators.key("ann", Scope.REVIEW).text().reveal();
    ClusterAnswer stranger = operators.tell(operators.get("/v1/session"));

    ClusterAnswer login = operators.login(key);
    ClusterAnswer known =
        operators.tell(operators.get("/v1/session").header("Cookie", login.cookie()));
    ClusterAnswer looked =
        operators.tell(operators.get("/v1/actions").header("Cookie", login.cookie()));
    ClusterAnswer out =
        operators.tell(
            operators
                .ofPage(operators.get("/v1/session").DELETE())
                .header("Cookie", "other=1; " + login.cookie()));
    ClusterAnswer after =
        operators.tell(operators.get("/v1/actions").header("Cookie", login.cookie()));

    assertThat(stranger.json().toString())
        .isEqualTo(
            "{\"login_required\":true,\"provider_login\":false,\"actor\":\"\",\"scopes\":[]}");
    assertThat(login.status()).isEqualTo(200);
    assertThat(login.response().headers().firstValue("Set-Cookie").orElseThrow())
        .matches(
            "pairstream-session=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict; Max-Age=28800");
    assertThat(login.json().toString())
        .isEqualTo(
            "{\"login_required\":true,\"provider_login\":false,\"actor\":\"ann\",\"scopes\":[\"view\",\"review\"]}");
    assertThat(known.json()).isEqualTo(login.json());
    assertThat(looked.status()).isEqualTo(200);
    assertThat(out.json()).isEqualTo(stranger.json());
    assertThat(after.status()).isEqualTo(401);
  }

  @Test
  void actionsAreReadUpToALimitAndOtherParametersRefused() {
    String key = operators.key("ann", Scope.REVIEW).text().reveal();
    String cookie = operators.login(key).cookie();
    assertThat(review(review().header("Authorization", "Bearer " + key)).status()).isEqualTo(200);
    RunningOperators.await(() -> actions(cookie, "").path("actions").size() >= 2);

    assertThat(actions(cookie, "?limit=1").path("actions")).hasSize(1);
    assertThat(
            operators.tell(operators.get("/v1/actions?before=3").header("Cookie", cookie)).status())
        .isEqualTo(400);
  }

  private JsonNode actions(String cookie, String query) {
    return operators.tell(operators.get("/v1/actions" + query).header("Cookie", cookie)).json();
  }

  @Test
  void revokedKeyEndsItsSessions() {
    KeyIssuer.Created created = operators.key("ann", Scope.VIEW);
    String cookie = operators.login(created.text().reveal()).cookie();
    assertThat(operators.tell(operators.get("/v1/actions").header("Cookie", cookie)).status())
        .isEqualTo(200);

    try (KeyIssuer issuer = operators.issuer()) {
      issuer.revoke(created.key().keyId());
    }

    RunningOperators.await(
        () ->
            operators.tell(operators.get("/v1/actions").header("Cookie", cookie)).status() == 401);
  }

  @ParameterizedTest
  @CsvSource({"VIEW, 403", "REVIEW, 200"})
  void onlyReviewersReview(Scope scope, int status) {
    String key = operators.key("ann", scope).text().reveal();
    String cookie = operators.login(key).cookie();

    assertThat(review(review().header("Authorization", "Bearer " + key)).status())
        .isEqualTo(status);
    assertThat(review(operators.ofPage(review()).header("Cookie", cookie)).status())
        .isEqualTo(status);
    assertThat(operators.tell(operators.get("/v1/actions").header("Cookie", cookie)).status())
        .isEqualTo(200);
  }

  @Test
  void keyOfAProducerOpensNothing() {
    String key = operators.key("museum", Scope.PUBLISH, Scope.READ).text().reveal();

    assertThat(operators.login(key).status()).isEqualTo(403);
    assertThat(
            operators
                .tell(operators.get("/v1/actions").header("Authorization", "Bearer " + key))
                .status())
        .isEqualTo(403);
  }

  /**
   * Sends the headers of a browser on another site's page, or none, as a program that stole the
   * cookie.
   */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "http://evil.example, cross-site",
        "-, cross-site",
        "-, same-site",
        "-, none",
        "http://evil.example, -",
        "null, -",
        "http://127.0.0.1:1, same-site",
        "-, -"
      })
  void anotherSitesPageCannotActWithASession(String origin, String site) {
    String cookie = operators.login(operators.key("ann", Scope.REVIEW).text().reveal()).cookie();
    HttpRequest.Builder forged = review().header("Cookie", cookie);
    HttpRequest.Builder logout = operators.get("/v1/session").DELETE().header("Cookie", cookie);
    for (HttpRequest.Builder request : List.of(forged, logout)) {
      if (origin != null) {
        request.header("Origin", origin);
      }
      if (site != null) {
        request.header("Sec-Fetch-Site", site);
      }
    }

    ClusterAnswer answer = review(forged);

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.json().path("type").asText())
        .isEqualTo("urn:pairstream:problem:foreign-site");
    assertThat(operators.tell(logout).status()).isEqualTo(403);
    assertThat(review(operators.ofPage(review()).header("Cookie", cookie)).status()).isEqualTo(200);
  }

  /** A page that came by http under our name may be an attacker's. */
  @Test
  void behindTlsThePageIsTheOneThatCameByHttpsAlone() throws IOException {
    try (RunningOperators behindTls =
        RunningOperators.behindTls(KAFKA, cluster, folder.resolve("tls"))) {
      String key = behindTls.key("ann", Scope.REVIEW).text().reveal();
      String login = "{\"key\": \"" + key + "\"}";
      String http = "http://" + behindTls.host();
      String https = "https://" + behindTls.host();

      ClusterAnswer byHttp =
          behindTls.tell(behindTls.post("/v1/session", login).header("Origin", http));
      ClusterAnswer byHttps =
          behindTls.tell(behindTls.post("/v1/session", login).header("Origin", https));
      HttpRequest.Builder forged =
          behindTls.post("/v1/reviews", REVIEW).header("Cookie", byHttps.cookie());
      HttpRequest.Builder meant =
          behindTls.post("/v1/reviews", REVIEW).header("Cookie", byHttps.cookie());

      assertThat(byHttp.status()).isEqualTo(403);
      assertThat(byHttps.status()).isEqualTo(200);
      assertThat(byHttps.response().headers().firstValue("Set-Cookie").orElseThrow())
          .startsWith("__Host-pairstream-session=")
          .endsWith("; Secure");
      assertThat(behindTls.tell(forged.header("Origin", http)).status()).isEqualTo(403);
      assertThat(behindTls.tell(meant.header("Origin", https)).status()).isEqualTo(200);
    }
  }

  @Test
  void wrongKeysAreRefusedAlikeAndOnRecordWithoutTheSecret() {
    KeyIssuer.Created created = operators.key("ann", Scope.REVIEW);
    String right = created.text().reveal();
    String wrong = right.substring(0, ApiKeyText.LENGTH - 1) + (right.endsWith("0") ? '1' : '0');
    List<ClusterAnswer> refused = new ArrayList<>();
    long before = System.nanoTime();
    for (int i = 0; i < 10; i++) {
      refused.add(operators.login(i == 0 ? "psk_nonsense" : wrong));
    }
    assertThat(System.nanoTime() - before)
        .isGreaterThanOrEqualTo(SessionRoutes.REFUSED_AFTER.multipliedBy(10).toNanos());

    assertThat(refused).extracting(ClusterAnswer::status).containsOnly(401);
    assertThat(refused)
        .extracting(answer -> answer.json().path("detail"))
        .containsOnly(refused.get(0).json().path("detail"));
    JsonNode action =
        action(
            right,
            answer ->
                answer.path("name").asText().equals("login")
                    && answer.path("detail").asText().contains("8 times"));
    assertThat(operators.login(right).status()).isEqualTo(200);
    assertThat(action.path("outcome").asText()).isEqualTo("REFUSED");
    assertThat(action.at("/detail_template/template").asText()).isEqualTo("TIMES");
    assertThat(action.at("/detail_template/arguments/0/template").asText())
        .isEqualTo("KEY_UNKNOWN");
    assertThat(action.toString()).doesNotContain(wrong.substring(21)).doesNotContain("nonsense");
  }

  /** The latest action of such a kind, once there is one. */
  private static JsonNode action(String key, Predicate<JsonNode> wanted) {
    HttpRequest.Builder request =
        operators.get("/v1/actions").header("Authorization", "Bearer " + key);
    return Await.answer(
        "such an action",
        () -> {
          Iterable<JsonNode> all = operators.tell(request).json().path("actions");
          return StreamSupport.stream(all.spliterator(), false)
              .filter(wanted)
              .findFirst()
              .orElseThrow();
        });
  }

  @Test
  void anonymousPeopleOnThisMachineLookAndDoNotAct() throws IOException {
    try (RunningOperators open =
        new RunningOperators(KAFKA, cluster, true, folder.resolve("open"))) {
      assertThat(open.tell(open.get("/v1/session")).json().toString())
          .isEqualTo(
              "{\"login_required\":false,\"provider_login\":false,\"actor\":\"anonymous\",\"scopes\":[\"view\"]}");
      assertThat(open.tell(open.get("/v1/actions")).status()).isEqualTo(200);
      assertThat(open.tell(open.ofPage(open.post("/v1/reviews", REVIEW))).status()).isEqualTo(403);
      String cookie = open.login(open.key("ann", Scope.REVIEW).text().reveal()).cookie();
      assertThat(
              open.tell(open.ofPage(open.post("/v1/reviews", REVIEW)).header("Cookie", cookie))
                  .status())
          .isEqualTo(200);
    }
  }

  @Test
  void aReviewerMutesAGroupAndLiftsIt() {
    String body = "{\"group\": \"team-a\", \"minutes\": %d, \"why\": \"moves\"}";
    String key = "Bearer " + operators.key("ann", Scope.REVIEW).text().reveal();
    String viewer = operators.key("bob", Scope.VIEW).text().reveal();

    assertThat(mute(body.formatted(60), "Bearer " + viewer).status()).isEqualTo(403);
    JsonNode refused = action(viewer, answer -> answer.path("name").asText().equals("lag.mute"));
    assertThat(refused.path("outcome").asText()).isEqualTo("REFUSED");
    ClusterAnswer muted = mute(body.formatted(60), key);
    assertThat(muted.status()).isEqualTo(200);
    assertThat(muted.json().path("by").asText()).isEqualTo("ann");
    assertThat(mute(body.formatted(0), key).status()).isEqualTo(200);
    assertThat(Mutes.read(cluster, Clock.systemUTC()).all()).isEmpty();
    for (String odd : List.of("[]", "null", body.formatted(-1), body.formatted(99_999))) {
      assertThat(mute(odd, key).status()).as(odd).isEqualTo(400);
    }
  }

  private ClusterAnswer mute(String body, String key) {
    return operators.tell(operators.post("/v1/mutes", body).header("Authorization", key));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|must be an object",
        "{\"pairs\": [], \"decision\": \"REJECTED\", \"comment\": \"x\"}|list of 1 to 500",
        "{\"pairs\": [\"a\"], \"decision\": \"LOVED\", \"comment\": \"x\"}|must be one of",
        "{\"pairs\": [1], \"decision\": \"REJECTED\", \"comment\": \"x\"}|a list of ids",
        "{\"pairs\": [\"a\"], \"decision\": 0, \"comment\": \"x\"}|must be one of",
        "{\"pairs\": [\"a\"], \"decision\": \"ACCEPTED\"}|comment is missing",
        "{\"pairs\": [\"a\"], \"decision\": \"ACCEPTED\", \"comment\": [1]}|the texts comment",
        "{\"pairs\": [\"a\"], \"decision\": \"ACCEPTED\", \"comment\": \"x\", \"as\":"
            + " \"root\"}|nothing else",
        "{\"pairs\": [\"a\", \"b\"], \"decision\": \"RECAPTIONED\", \"caption\": \"c\","
            + " \"comment\": \"x\"}|for one pair",
      })
  void oddRequestIsRefusedWithWhatWouldBeRight(String body, String words) {
    String key = operators.key("ann", Scope.REVIEW).text().reveal();

    ClusterAnswer answer =
        operators.tell(
            operators.post("/v1/reviews", body).header("Authorization", "Bearer " + key));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("detail").asText()).contains(words);
  }
}
