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
  void holdsEveryTopicOfADataSetUnderItsName() {
    assertThat(topics)
        .containsOnlyKeys(
            "flowers.crowdsourced",
            "flowers.scraped",
            "flowers.generated",
            "flowers.links",
            "flowers.training",
            "flowers.validation",
            "flowers.test",
            "flowers.index",
            "flowers.quarantine",
            "flowers.receipts",
            "flowers.takedowns",
            "flowers.waiting-links",
            "flowers.uploads",
            "flowers.api-keys",
            "flowers.instances",
            "flowers.reviews",
            "flowers.actions",
            "flowers.views",
            "flowers.runs",
            "flowers.answers",
            "flowers.pair-answers",
            "flowers.recipes",
            "flowers.fingerprints",
            "flowers.findings",
            "flowers-look-up-pictures-changelog",
            "flowers-preprocess-waiting-pairs-changelog",
            "flowers-preprocess-by-image-repartition",
            "flowers-preprocess-receipts-changelog",
            "flowers-preprocess-takedowns-by-image-repartition",
            "flowers-preprocess-takedowns-changelog");
  }

  @Test
  void givesTopicsEqualPartitionsAndOneToThoseThatAllReadInOneOrder() {
    assertThat(topics.values())
        .allMatch(topic -> topic.partitions() == (ONE_ORDER.contains(topic.name()) ? 1 : 6));
  }

  @Test
  void takesRawRecordsOfNineMebibytesAndLargerOnesInside() {
    assertThat(topics.get("flowers.crowdsourced").config())
        .containsEntry("max.message.bytes", "9437184")
        .containsEntry("message.timestamp.type", "LogAppendTime")
        .containsEntry("max.decompressed.message.bytes", "9437184")
        .containsEntry("cleanup.policy", "delete");
    assertThat(topics.get("flowers.quarantine").config())
        .containsEntry("max.message.bytes", "10485760");
  }

  @Test
  void theBrokerJudgesEachRecordOfOthersUnpackedAndUnpacksNoBatchWhole() {
    for (String name : new String[] {"crowdsourced", "scraped", "links", "waiting-links"}) {
      Map<String, String> config = topics.get("flowers." + name).config();
      assertThat(config)
          .containsEntry("compression.type", "producer")
          .containsEntry("max.decompressed.message.bytes", config.get("max.message.bytes"));
    }
  }

  @Test
  void refusesANameThatATopicCannotBearAlone() {
    assertThatThrownBy(() -> new Dataset("a.b")).hasMessageContaining("'a.b'");
    assertThatThrownBy(() -> new Dataset("")).isInstanceOf(IllegalArgumentException.class);
  }
}
