package io.pairstream.operate.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.http.Scope;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class CallerLimitsTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(1);

  @TempDir Path folder;

  @AutoClose private RunningOperators operators;

  @BeforeEach
  void start() throws IOException {
    operators = RunningOperators.inOneMoment(KAFKA, cluster, folder.resolve("state"));
    // No picture is shown before the service knows what was withdrawn.
    String early = operators.key("early", Scope.VIEW).text().reveal();
    RunningOperators.await(() -> operators.tell(get(picture(0), early)).status() == 404);
  }

  private HttpRequest.Builder get(String path, String key) {
    return operators.get(path).header("Authorization", "Bearer " + key);
  }

  private String picture(int offset) {
    return "/v1/pictures/" + cluster.topics().scraped().name() + "/0/" + offset;
  }

  @Test
  void aCallerThatReadsWithoutEndIsStoppedAndNoOtherIs() {
    String greedy = operators.key("crawler", Scope.VIEW).text().reveal();
    String modest = operators.key("ann", Scope.VIEW).text().reveal();

    RunningOperators.ClusterAnswer refused = null;
    for (int i = 0; refused == null && i <= CallerLimits.ANSWERS.inARow(); i++) {
      RunningOperators.ClusterAnswer answer = operators.tell(get("/v1/overview", greedy));
      refused = answer.status() == 200 ? null : answer;
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
