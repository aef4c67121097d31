package io.pairstream.operate.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operate.oidc.TestProvider;
import io.pairstream.operate.web.RunningOperators.ClusterAnswer;
import io.pairstream.schemas.Action;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Operators who log in at an OpenID Connect provider. */
@Timeout(900)
class ProviderLoginTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final String REVIEW =
      "{\"pairs\": [\"00\"], \"decision\": \"REJECTED\", \"comment\": \"no\"}";

  private static TestProvider provider;

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(1);
  private final HttpClient browser = HttpClient.newHttpClient();

  @TempDir Path folder;

  private RunningOperators operators;

  @BeforeAll
  static void startProvider() {
    provider = new TestProvider();
  }

  @AfterAll
  static void closeProvider() {
    provider.close();
  }

  @BeforeEach
  void start() throws IOException {
    start(TestProvider.SECRET);
  }

  private void start(String secret) throws IOException {
    operators =
        RunningOperators.withProvider(
            KAFKA, cluster, folder.resolve("state"), provider.settings(secret));
    provider.admit("http://" + operators.host() + "/v1/login/callback");
  }

  @AfterEach
  void close() {
    operators.close();
  }

  @Test
  void aPersonWithARoleActsByNameUntilTheSessionIsEnded() throws Exception {
    ClusterAnswer login = login("ann");

    assertThat(login.response().headers().firstValue("Location")).contains("/");
    assertThat(login.response().headers().firstValue("Set-Cookie").orElseThrow())
        .matches(
            "pairstream-session=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict; Max-Age=28800");
    assertThat(get("/v1/session", login.cookie()).json().toString())
        .contains("\"actor\":\"ann@example.org\",\"scopes\":[\"view\",\"review\"]");
    HttpRequest.Builder forged = operators.post("/v1/reviews", REVIEW);
    HttpRequest.Builder meant = operators.ofPage(operators.post("/v1/reviews", REVIEW));
    assertThat(operators.tell(forged.header("Cookie", login.cookie())).status()).isEqualTo(403);
    assertThat(operators.tell(meant.header("Cookie", login.cookie())).status()).isEqualTo(200);
    RunningOperators.await(
        () -> actions(login.cookie()).findValuesAsText("name").contains("quarantine.review"));
    assertThat(actions(login.cookie()).findValuesAsText("actor")).containsOnly("ann@example.org");
    assertThat(TestCluster.committedValues(cluster, cluster.topics().actions()))
        .extracting(Action::getKeyId)
        .containsOnly("oidc:ann");

    operators.tell(
        operators.ofPage(operators.get("/v1/session").DELETE()).header("Cookie", login.cookie()));

    assertThat(get("/v1/actions", login.cookie()).status()).isEqualTo(401);
  }

  @Test
  void aRoleThatMayOnlyLookDoesNotDecideAndOneThatIsNotKnownDoesNotEnter() throws Exception {
    ClusterAnswer bob = login("bob");
    HttpRequest.Builder review = operators.ofPage(operators.post("/v1/reviews", REVIEW));

    assertThat(operators.tell(review.header("Cookie", bob.cookie())).status()).isEqualTo(403);
    requireRefused(login("eve"), "LOGIN_NO_ROLE");
  }

  @Test
  void anAnswerCountsOnceAndInTheBrowserThatAskedForIt() throws Exception {
    ClusterAnswer begun = operators.tell(operators.get("/v1/login"));
    URI answer = atTheProvider(begun, "ann");
    String path = answer.getRawPath() + "?" + answer.getRawQuery();

    requireRefused(get(path, "pairstream-login=another"), "LOGIN_OVER");
    requireRefused(get(path, begun.cookie()), "LOGIN_OVER");
    requireRefused(get("/v1/login/callback", begun.cookie()), "LOGIN_OVER");
    requireRefused(operators.tell(operators.get(path)), "LOGIN_OVER");
  }

  @Test
  void theProviderEndsTheSessionsOfAPersonWhomItLogsOut() throws Exception {
    String ann = login("ann").cookie();
    String bob = login("bob").cookie();

    assertThat(ended(provider.loggedOut("ann") + "A")).isEqualTo(400);
    assertThat(ended("")).isEqualTo(400);
    assertThat(get("/v1/actions", ann).status()).isEqualTo(200);
    assertThat(ended(provider.loggedOut("ann"))).isEqualTo(200);

    assertThat(get("/v1/actions", ann).status()).isEqualTo(401);
    assertThat(get("/v1/actions", bob).status()).isEqualTo(200);
  }

  /** Status of the answer to what the provider sends once it has logged somebody out. */
  private int ended(String form) {
    HttpRequest.Builder request =
        operators
            .get("/v1/login/ended")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form));
    return operators.tell(request).status();
  }

  @Test
  void aStolenCodeOpensNothingInAnotherLogin() throws Exception {
    ClusterAnswer victims = operators.tell(operators.get("/v1/login"));
    String code = parameter(atTheProvider(victims, "ann"), "code");
    ClusterAnswer own = operators.tell(operators.get("/v1/login"));
    String state = parameter(location(own), "state");

    requireRefused(
        get("/v1/login/callback?state=" + state + "&code=" + code, own.cookie()), "LOGIN_REFUSED");
  }

  @Test
  void aRefusalOfTheProviderIsShown() throws Exception {
    ClusterAnswer begun = operators.tell(operators.get("/v1/login"));
    String state = parameter(location(begun), "state");

    requireRefused(
        get("/v1/login/callback?state=" + state + "&error=access_denied", begun.cookie()),
        "LOGIN_REFUSED");
  }

  @Test
  void withAWrongSecretNobodyEnters() throws Exception {
    operators.close();
    start("another secret");

    requireRefused(login("ann"), "LOGIN_REFUSED");
  }

  @Test
  void whereTheProviderIsAwayKeysStillOpen() throws Exception {
    operators.close();
    try (TestProvider gone = new TestProvider()) {
      operators =
          RunningOperators.withProvider(
              KAFKA, cluster, folder.resolve("state"), gone.settings(TestProvider.SECRET));
    }

    requireRefused(operators.tell(operators.get("/v1/login")), "LOGIN_AWAY");
  }

  private static void requireRefused(ClusterAnswer answer, String reason) {
    assertThat(answer.status()).isEqualTo(303);
    assertThat(location(answer)).hasToString("/?login=" + reason);
    assertThat(answer.response().headers().firstValue("Set-Cookie")).isEmpty();
  }

  private ClusterAnswer login(String person) throws Exception {
    ClusterAnswer begun = operators.tell(operators.get("/v1/login"));
    assertThat(begun.response().headers().firstValue("Set-Cookie").orElseThrow())
        .matches("pairstream-login=[^;]+; Path=/; HttpOnly; SameSite=Lax; Max-Age=600");
    URI answer = atTheProvider(begun, person);
    return get(answer.getRawPath() + "?" + answer.getRawQuery(), begun.cookie());
  }

  /** Where the provider sends the browser of somebody who has logged in there. */
  private URI atTheProvider(ClusterAnswer begun, String person) throws Exception {
    assertThat(begun.status()).isEqualTo(303);
    HttpResponse<String> login =
        browser.send(
            HttpRequest.newBuilder(provider.issuer().resolve("/login"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("username=" + person + "&password=password"))
                .build(),
            BodyHandlers.ofString());
    String session = login.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
    HttpResponse<String> answer =
        browser.send(
            HttpRequest.newBuilder(location(begun)).header("Cookie", session).build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
    return URI.create(answer.headers().firstValue("Location").orElseThrow());
  }

  private ClusterAnswer get(String path, String cookie) {
    return operators.tell(operators.get(path).header("Cookie", cookie));
  }

  private JsonNode actions(String cookie) {
    return get("/v1/actions", cookie).json().path("actions");
  }

  private static URI location(ClusterAnswer answer) {
    return URI.create(answer.response().headers().firstValue("Location").orElseThrow());
  }

  private static String parameter(URI address, String name) {
    return address.getRawQuery().replaceFirst("(^|.*&)" + name + "=([^&]*).*", "$2");
  }
}
