package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operations.PlayedPipeline.Sent;
import io.pairstream.schemas.PairStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProfileCommandTest extends OnCluster {

  ProfileCommandTest() {
    super(2);
  }

  @BeforeEach
  void judge() {
    pipeline.accept(pipeline.send("image 1", "a lighthouse"), PairStatus.TRAINING);
    pipeline.accept(pipeline.send("image 2", "another lighthouse"), PairStatus.VALIDATION);
    Sent refused = pipeline.send("image 3", "a refused one");
    pipeline.reject(refused, "IMAGE_TOO_SMALL");
  }

  @Test
  void readsTheTopics() {
    Ended json = run("profile --json");
    Ended part = run("profile --json --split validation");
    Ended text = run("profile");

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
    Ended wrong = run("profile --split everything");

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
}
