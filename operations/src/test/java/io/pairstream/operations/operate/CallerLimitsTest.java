package io.pairstream.operations.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.service.http.Scope;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(900)
class CallerLimitsTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  /** What the overview and the lag of one tab ask for, again and again. */
  private static final List<String> POLLED =
      List.of(
          "/v1/overview",
          "/v1/topology",
          "/v1/lag?partitions=false",
          "/v1/lag/history",
          "/v1/lag/heat",
          "/v1/actions",
          "/v1/pairs",
          "/v1/quarantine");

  private static final int TABS = 10;

  /** What a proxy passes on at once of one browser, and what a contact sheet shows. */
  private static final int AT_ONCE = 128;

  private static final int PICTURES = 640;

  private final ClusterAccess cluster = KAFKA.dataset(1);

  @TempDir Path folder;

  private RunningOperators operators;

  @BeforeEach
  void start() throws IOException {
    operators = RunningOperators.inOneMoment(KAFKA, cluster, folder.resolve("state"));
    // No picture is shown before the service knows what was withdrawn.
    String early = operators.key("early", Scope.VIEW).text().reveal();
    RunningOperators.await(() -> operators.tell(get(picture(0), early)).status() == 404);
  }

  @AfterEach
  void close() {
    operators.close();
  }

  private HttpRequest.Builder get(String path, String key) {
    return operators.get(path).header("Authorization", "Bearer " + key);
  }

  private String picture(int offset) {
    return "/v1/pictures/" + cluster.topics().scraped().name() + "/0/" + offset;
  }

  @Test
  void tenTabsAtOnceMeetNoLimit() {
    String key = operators.key("ann", Scope.VIEW).text().reveal();
    List<String> paths = new ArrayList<>();
    for (int tab = 0; tab < TABS; tab++) {
      paths.addAll(POLLED);
      paths.add("/v1/sheet?minutes=60");
      paths.add("/v1/pairs/scraped-0-" + tab);
      for (int i = 0; tab < 4 && i < PICTURES; i++) {
        paths.add(picture(i));
      }
    }

    List<Integer> statuses = new ArrayList<>();
    for (int from = 0; from < paths.size(); from += AT_ONCE) {
      List<CompletableFuture<Integer>> asked =
          paths.subList(from, Math.min(paths.size(), from + AT_ONCE)).stream()
              .map(path -> operators.statusOf(get(path, key)))
              .toList();
      asked.forEach(answer -> statuses.add(answer.join()));
    }

    assertThat(statuses).contains(200).doesNotContain(429, 503);
  }

  @Test
  void whoeverReadsWithoutEndIsStoppedAndNobodyElseIs() {
    String greedy = operators.key("crawler", Scope.VIEW).text().reveal();
    String modest = operators.key("ann", Scope.VIEW).text().reveal();

    RunningOperators.ClusterAnswer refused = null;
    for (int i = 0; refused == null && i <= CallerLimits.ANSWERS.inARow(); i++) {
      RunningOperators.ClusterAnswer told = operators.tell(get("/v1/overview", greedy));
      refused = told.status() == 200 ? null : told;
    }

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.response().headers().firstValue("Retry-After")).contains("1");
    assertThat(refused.json().path("detail").asText())
        .isEqualTo(
            "more answers are asked for than the 50.0 a second that a caller may read; come again"
                + " in 1 s");
    assertThat(operators.tell(get("/v1/overview", modest)).status()).isEqualTo(200);
    assertThat(operators.tell(get("/health/ready", greedy)).status()).isEqualTo(200);
    assertThat(operators.tell(get(picture(0), greedy)).status())
        .as("pictures have a limit of their own")
        .isEqualTo(404);
  }
}
