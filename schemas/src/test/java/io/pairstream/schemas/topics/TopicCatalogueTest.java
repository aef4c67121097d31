package io.pairstream.schemas.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TopicCatalogueTest {

  private static final Set<String> ONE_ORDER =
      Set.of(
          "flowers.views",
          "flowers.runs",
          "flowers.recipes",
          "flowers.fingerprints",
          "flowers-look-up-pictures-changelog");

  private final Map<String, TopicSpec> topics =
      new TopicCatalogue(new Dataset("flowers"), 6)
          .topics().stream().collect(Collectors.toMap(TopicSpec::name, topic -> topic));

  @Test
  void givesTopicsEqualPartitionsAndOneToThoseThatAllReadInOneOrder() {
    assertThat(topics.values())
        .allMatch(topic -> topic.partitions() == (ONE_ORDER.contains(topic.name()) ? 1 : 6));
  }

  @Test
  void refusesANameThatATopicCannotBearAlone() {
    assertThatThrownBy(() -> new Dataset("a.b")).hasMessageContaining("'a.b'");
    assertThatThrownBy(() -> new Dataset("")).isInstanceOf(IllegalArgumentException.class);
  }
}
