package io.pairstream.operate.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operate.oidc.OidcSettings;
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
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Operators who log in at an OpenID Connect provider. */
class ProviderLoginTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final String REVIEW =
      "{\"pairs\": [\"00\"], \"decision\": \"REJECTED\", \"comment\": \"no\"}";

  private static final HttpClient BROWSER = HttpClient.newHttpClient();

  @TempDir static Path folder;

  @AutoClose private static TestProvider provider;
  private static ClusterAccess cluster;
  @AutoClose private static RunningOperators operators;

  /** One service for all tests. */
  @BeforeAll
  static void start() throws IOException {
    provider = new TestProvider();
    cluster = KAFKA.datasetOfAllTopics(1);
    operators = operators("state", provider.settings(TestProvider.SECRET));
  }

  private static RunningOperators operators(String state, OidcSettings settings)
      throws IOException {
    RunningOperators started =
        RunningOperators.withProvider(KAFKA, cluster, folder.resolve(state), settings);
    provider.admit("http://" + started.host() + "/v1/login/callback");
    return started;
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
    assertThat(TestCluster.committedValues(cluster, cluster.topics().actions()))
        .filteredOn(action -> !action.getOutcome().equals("REFUSED"))
        .extracting(Action::getActor, Action::getKeyId)
        .containsOnly(tuple("ann@example.org", "oidc:ann"));

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
    String token = provider.loggedOut("ann");
    assertThat(ended(token)).isEqualTo(200);

    assertThat(get("/v1/actions", ann).status()).isEqualTo(401);
    assertThat(get("/v1/actions", bob).status()).isEqualTo(200);
    String again = login("ann").cookie();
    assertThat(ended(token)).isEqualTo(400);
    assertThat(get("/v1/actions", again).status()).isEqualTo(200);
  }

  /** Status of the answer to what the provider sends after a logout. */
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
  void theProviderSendsBackToTheAddressThatIsConfigured() throws Exception {
    OidcSettings settings = settings(provider.issuer(), URI.create("https://pairs.example.org"));
    try (RunningOperators named = operators("named", settings)) {
      assertThat(location(named.tell(named.get("/v1/login"))).getRawQuery())
          .contains("redirect_uri=https%3A%2F%2Fpairs.example.org%2Fv1%2Flogin%2Fcallback");
    }
  }

  @Test
  void withAWrongSecretNoLoginSucceeds() throws Exception {
    try (RunningOperators mistaken = operators("mistaken", provider.settings("another secret"))) {
      requireRefused(login(mistaken, "ann"), "LOGIN_REFUSED");
    }
  }

  @Test
  void whereTheProviderIsAwayKeysStillOpen() throws Exception {
    OidcSettings away = settings(URI.create("http://127.0.0.1:9"), null);
    try (RunningOperators alone = operators("alone", away)) {
      requireRefused(alone.tell(alone.get("/v1/login")), "LOGIN_AWAY");
    }
  }

  private static OidcSettings settings(URI issuer, URI address) {
    OidcSettings there = provider.settings(TestProvider.SECRET);
    return new OidcSettings(
        issuer,
        there.clientId(),
        there.clientSecret(),
        there.rolesClaim(),
        there.roles(),
        address,
        there.authorities());
  }

  private static void requireRefused(ClusterAnswer answer, String reason) {
    assertThat(answer.status()).isEqualTo(303);
    assertThat(location(answer)).hasToString("/?login=" + reason);
    assertThat(answer.response().headers().firstValue("Set-Cookie")).isEmpty();
  }

  private static ClusterAnswer login(String person) throws Exception {
    return login(operators, person);
  }

  private static ClusterAnswer login(RunningOperators operators, String person) throws Exception {
    ClusterAnswer begun = operators.tell(operators.get("/v1/login"));
    assertThat(begun.response().headers().firstValue("Set-Cookie").orElseThrow())
        .matches("pairstream-login=[^;]+; Path=/; HttpOnly; SameSite=Lax; Max-Age=600");
    URI answer = atTheProvider(begun, person);
    return operators.tell(
        operators
            .get(answer.getRawPath() + "?" + answer.getRawQuery())
            .header("Cookie", begun.cookie()));
  }

  /** Where the provider sends the browser after a login there. */
  private static URI atTheProvider(ClusterAnswer begun, String person) throws Exception {
    assertThat(begun.status()).isEqualTo(303);
    HttpResponse<String> login =
        BROWSER.send(
            HttpRequest.newBuilder(provider.issuer().resolve("/login"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("username=" + person + "&password=password"))
                .build(),
            BodyHandlers.ofString());
    String session = login.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
    HttpResponse<String> answer =
        BROWSER.send(
            HttpRequest.newBuilder(location(begun)).header("Cookie", session).build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
    return URI.create(answer.headers().firstValue("Location").orElseThrow());
  }

  private static ClusterAnswer get(String path, String cookie) {
    return operators.tell(operators.get(path).header("Cookie", cookie));
  }

  private static JsonNode actions(String cookie) {
    return get("/v1/actions", cookie).json().path("actions");
  }

  private static URI location(ClusterAnswer answer) {
    return URI.create(answer.response().headers().firstValue("Location").orElseThrow());
  }

  private static String parameter(URI address, String name) {
    return address.getRawQuery().replaceFirst("(^|.*&)" + name + "=([^&]*).*", "$2");
  }
}
