package io.pairstream.preprocess.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.WriterSchemas;
import io.pairstream.service.report.Counts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.streams.StreamsBuilder;
import org.junit.jupiter.api.Test;

/**
 * The graph, to the letter. A change here is a change to a running application: think of records
 * that lie on the repartition topic, of the store's changelog, and of the names that dashboards
 * show.
 */
class TopologyDescriptionTest {

  @Test
  void isTheOneThatIsWrittenDown() throws IOException {
    assertThat(describe()).isEqualToIgnoringWhitespace(resource("topology.txt"));
  }

  @Test
  void isTheSameWhereItsProcessorsAreTimed() throws IOException {
    StreamsBuilder builder =
        new StreamsBuilder(TopologyUnderTest.timed(new Properties(), new Counts()));

    assertThat(describe(builder)).isEqualToIgnoringWhitespace(resource("topology.txt"));
  }

  @Test
  void looksForNearCopiesWhereTheRecipeDoes() throws IOException {
    assertThat(
            describe(
                new StreamsBuilder(),
                "near-copies: {policy: keep-first}\n"
                    + "answers: {nsfw: {max: 1, when-outside: reject}}"))
        .isEqualToIgnoringWhitespace(resource("topology-near-copies.txt"));
  }

  private static String describe() {
    return describe(new StreamsBuilder());
  }

  private static String describe(StreamsBuilder builder) {
    return describe(builder, "near-copies: {policy: ignore}");
  }

  private static String describe(StreamsBuilder builder, String recipe) {
    Registry registry = new Registry("mock://description", Map.of());
    CleaningPlan plan =
        new CleaningPlan(RecipeReader.parse("none", recipe), Pairs.WORKER, StepObserver.NONE);
    PairTopics topics = PairTopics.of(new Dataset("pairs"), registry);
    registry.register(topics.crowdsourced().subject(), topics.crowdsourced().schema());
    try (WriterSchemas schemas = new WriterSchemas(topics.crowdsourced())) {
      return new PreprocessTopology(
              topics,
              plan,
              schemas,
              4,
              new DecisionCounts(new Counts(), Clock.systemUTC()),
              origin -> Optional.empty(),
              0)
          .build(builder)
          .describe()
          .toString();
    }
  }

  static String resource(String name) throws IOException {
    try (InputStream in = TopologyDescriptionTest.class.getResourceAsStream("/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
