package io.pairstream.cli.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.operate.profile.Histogram;
import io.pairstream.operate.profile.ProfileReport;
import io.pairstream.operate.profile.ProfileReport.Count;
import io.pairstream.operate.profile.ProfileReport.NamedProducer;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
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
    Ended json = run("profile --json").done();
    Ended part = run("profile --json --split validation");
    Ended text = run("profile");

    assertHasAll(json.json());
    assertThat(part.json().path("pairs").asLong()).isEqualTo(1);
    assertThat(text.out()).contains("2 accepted pairs", "lighthouse 2", "IMAGE_TOO_SMALL");
  }

  @Test
  void refusesASplitThatThereIsNot() {
    run("profile --split everything")
        .failed(ExitStatus.WRONG_USAGE, "there is no split everything; there are TRAINING");
  }

  @Test
  void showsBarsAndSharesAndNothingHostile() {
    ProfileReport profile =
        new ProfileReport(
            Optional.of(Instant.parse("2026-11-20T17:25:00Z")),
            4000,
            Map.of("split", List.of(new Count("TRAINING", 3000), new Count("TEST", 1000))),
            Map.of("width", new Histogram("px", List.of(32., 64., 4096.), List.of(0L, 1L))),
            OptionalDouble.of(0.034),
            List.of(new ProfileReport.Word("dog", 1234)),
            new ProfileReport.Labels(
                3000,
                81,
                OptionalDouble.of(0.874),
                List.of(new Count("dog", 2000), new Count("fire\u001b engine", 10))),
            List.of(new NamedProducer("a\u001b[2J\u202e", 93, 7, 2, "IMAGE_TOO_SMALL")),
            List.of(new ProfileReport.AnsweredPairs("open-nsfw", 3990, 1, 9)));

    assertThat(String.join("\n", ProfileCommand.lines("pairs", profile)))
        .isEqualTo(
            """
            data set pairs: 4,000 accepted pairs
            the first record counted is of 2026-11-20T17:25:00Z

            split
              TRAINING  ██████████████▎  3,000  75.0 %
              TEST      ████▊            1,000  25.0 %

            width (px)
              64 and more  ███████████████████  1  100.0 %

            model open-nsfw: 3,990 pairs answered, 1 failed, 9 not asked yet

            captions with more tokens than fit: 3.4 %

            labels: 81 on 3,000 pairs, balance 0.87 of 1
              dog           █████████▌  2,000  50.0 %
              fire  engine                 10   0.3 %

            words, and how many captions they stand in
              dog 1,234

              producers  accepted  rejected  copies  top reason
              a [2J            93         7       2  IMAGE_TOO_SMALL\
            """);
  }

  private static void assertHasAll(JsonNode profile) {
    assertThat(profile.path("ready").booleanValue()).isTrue();
    assertThat(profile.path("pairs").asLong()).isEqualTo(2);
    assertThat(profile.path("counts").path("status").findValuesAsText("value"))
        .containsExactly("QUARANTINED", "TRAINING", "VALIDATION");
    assertThat(profile.path("producers").get(0).path("top_reason").asText())
        .isEqualTo("IMAGE_TOO_SMALL");
  }
}
