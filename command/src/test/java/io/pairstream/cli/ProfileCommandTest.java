package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operations.PlayedPipeline;
import io.pairstream.operations.PlayedPipeline.Sent;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.PairStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(900)
class ProfileCommandTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.dataset(2);
  private final PlayedPipeline pipeline = new PlayedPipeline(cluster);

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
  void readsTheTopics() {
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
  void refusesASplitThatThereIsNot() {
    Ended wrong = run("--split", "everything");

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
