package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operations.PlayedPipeline;
import io.pairstream.operations.PlayedPipeline.Sent;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.operations.operate.OperateService;
import io.pairstream.operations.operate.OperateSettings;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.Cluster;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.testing.Await;
import io.pairstream.testing.LongTimeouts;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(900)
class ProfileCommandTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.dataset(2);
  private final PlayedPipeline pipeline = new PlayedPipeline(cluster);

  @TempDir Path folder;

  @BeforeEach
  void judge() {
    pipeline.accept(pipeline.send("image 1", "a lighthouse"), PairStatus.TRAINING);
    pipeline.accept(pipeline.send("image 2", "another lighthouse"), PairStatus.VALIDATION);
    Sent refused = pipeline.send("image 3", "a refused one");
    pipeline.reject(refused, "IMAGE_TOO_SMALL");
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  @Test
  void readsTheTopicsWhereNoServiceRuns() {
    Ended json = run("--json");
    Ended part = run("--json", "--split", "validation");
    Ended text = run();

    assertThat(json.status()).isEqualTo(ExitStatus.DONE);
    assertHasAll(json.json());
    assertThat(part.json().path("pairs").asLong()).isEqualTo(1);
    assertThat(text.out())
        .contains("2 accepted pairs")
        .contains("lighthouse 2")
        .contains("IMAGE_TOO_SMALL");
  }

  @Test
  void asksTheServiceThatIsNamed() throws Exception {
    Cluster here =
        new Cluster(
            KAFKA.bootstrapServers(),
            cluster.registry().addresses(),
            cluster.dataset(),
            LongTimeouts.TIMEOUT,
            Map.of());
    OperateSettings settings =
        new OperateSettings(ServerSettings.of("127.0.0.1", 0), true, folder.resolve("operate"));
    try (OperateService service = new OperateService(here, settings)) {
      service.start();
      String url = "http://127.0.0.1:" + service.port() + "/";
      AtomicReference<Ended> last = new AtomicReference<>();
      Await.until(
          "the profile is ready",
          () -> {
            Ended ended = run("--json", "--dashboard", url);
            last.set(ended);
            return ended.status() == ExitStatus.DONE && ended.json().path("ready").booleanValue();
          });

      assertHasAll(last.get().json());
      Ended part = run("--json", "--dashboard", url, "--source", "scraped");
      assertThat(part.json().path("pairs").asLong()).isZero();
      Ended other = Ended.after("profile", "--dashboard", url, "--dataset", "others");
      assertThat(other.status()).isEqualTo(ExitStatus.COULD_NOT);
      assertThat(other.onlyErrorLine())
          .contains("has data set " + cluster.dataset().name() + ", not others");
    }
  }

  @Test
  void saysInOneLineWhyTheServiceDoesNotAnswer() throws IOException {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0)) {
      nobody = socket.getLocalPort();
    }

    Ended silent = run("--dashboard", "http://127.0.0.1:" + nobody);
    Ended none = run("--dashboard", "lighthouse");
    Ended wrong = run("--split", "everything");

    assertThat(silent.status()).isEqualTo(ExitStatus.COULD_NOT);
    assertThat(silent.onlyErrorLine())
        .contains("no dashboard answers at http://127.0.0.1:" + nobody);
    assertThat(none.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(none.err()).contains("--dashboard must be an address such as");
    assertThat(wrong.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(wrong.err()).contains("there is no split everything; there are TRAINING");
  }

  private static void assertHasAll(JsonNode profile) {
    assertThat(profile.path("ready").booleanValue()).isTrue();
    assertThat(profile.path("pairs").asLong()).isEqualTo(2);
    assertThat(profile.path("counts").path("standing").findValuesAsText("value"))
        .containsExactly("QUARANTINED", "TRAINING", "VALIDATION");
    assertThat(profile.path("producers").get(0).path("top_reason").asText())
        .isEqualTo("IMAGE_TOO_SMALL");
  }

  private Ended run(String... arguments) {
    return Ended.on(cluster, "profile", arguments);
  }
}
