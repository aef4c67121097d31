package io.pairstream.tools.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import io.pairstream.tools.topics.CreateTopics.Outcome;
import io.pairstream.tools.topics.CreateTopics.Outcome.Action;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreateTopicsTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.emptyDataset();
  private final TopicCatalogue catalogue = new TopicCatalogue(cluster.dataset(), 3);
  private final CreateTopics createTopics = new CreateTopics(cluster, (short) 1);

  @Test
  void createsEveryTopicOfTheCatalogueAsItSays() {
    List<Outcome> outcomes = createTopics.create(catalogue);

    assertThat(outcomes).extracting(Outcome::action).containsOnly(Action.CREATED);
    try (Admin admin = cluster.admin()) {
      for (TopicSpec spec : catalogue.topics()) {
        assertThat(
                KafkaAnswers.await(admin.describeTopics(Set.of(spec.name())).allTopicNames())
                    .get(spec.name())
                    .partitions())
            .hasSize(spec.partitions());
        Config found = config(admin, spec.name());
        spec.config()
            .forEach((name, value) -> assertThat(found.get(name).value()).isEqualTo(value));
      }
    }
  }

  /**
   * A topic whose setting differs, and to the right of it what the command makes of that. What
   * keeps records longer, takes larger ones, or lets bytes go sooner is left as an operator has set
   * it.
   */
  @ParameterizedTest(name = "{0}: {1}={2}")
  @CsvSource({
    "uploads,      delete.retention.ms,    1000,          604800000",
    "links,        retention.ms,           1000,          31536000000",
    "actions,      retention.ms,           2592000000,    31536000000",
    "training,     max.message.bytes,      1048588,       10485760",
    "scraped,      message.timestamp.type, CreateTime,    LogAppendTime",
    "crowdsourced, max.message.bytes,      9437183,       9437184",
    "scraped,      max.message.bytes,      20971520,      9437184",
    "scraped,      compression.type,       uncompressed,  producer",
    "links,        max.decompressed.message.bytes, 20971520, 10485760",
    "crowdsourced, retention.ms,           2592000000,    2592000000",
    "scraped,      retention.ms,           -1,            -1",
    "links,        retention.ms,           31536000001,   31536000001",
    "uploads,      delete.retention.ms,    2592000000,    2592000000",
    "training,     max.message.bytes,      20971520,      20971520",
    "crowdsourced, retention.ms,           86400000,      86400000",
    "scraped,      retention.ms,           86400000,      86400000",
    "quarantine,   retention.ms,           2592000000,    2592000000",
  })
  void bringsASettingToTheCataloguesOrLeavesItAndSaysSo(
      String name, String setting, String found, String right) {
    createTopics.create(catalogue);
    String topic = cluster.dataset().topic(name);
    boolean isLeft = found.equals(right);
    try (Admin admin = cluster.admin()) {
      set(admin, topic, setting, found);

      List<Outcome> outcomes = createTopics.create(catalogue);

      assertThat(outcomes)
          .filteredOn(outcome -> outcome.action() != Action.UNCHANGED)
          .extracting(Outcome::topic)
          .isEqualTo(isLeft ? List.of() : List.of(topic));
      assertThat(outcomes)
          .filteredOn(outcome -> !outcome.altered().isEmpty() || !outcome.left().isEmpty())
          .singleElement()
          .satisfies(
              outcome -> {
                assertThat(outcome.topic()).isEqualTo(topic);
                assertThat(isLeft ? outcome.left() : outcome.altered())
                    .containsOnly(Map.entry(setting, right));
                assertThat(isLeft ? outcome.altered() : outcome.left()).isEmpty();
              });
      await(admin, topic, setting, right);
    }
  }

  @Test
  void lengthensATimeThatIsNotSetOnTheTopic() {
    createTopics.create(catalogue);
    String topic = cluster.topics().quarantine().name();
    try (Admin admin = cluster.admin()) {
      alter(admin, topic, new ConfigEntry("retention.ms", ""), AlterConfigOp.OpType.DELETE);
      await(admin, topic, "retention.ms", "604800000"); // the broker's own

      List<Outcome> outcomes = createTopics.create(catalogue);

      assertThat(outcomes)
          .filteredOn(outcome -> outcome.topic().equals(topic))
          .extracting(Outcome::altered)
          .containsExactly(Map.of("retention.ms", "31536000000"));
    }
  }

  private static void set(Admin admin, String topic, String setting, String value) {
    alter(admin, topic, new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
    await(admin, topic, setting, value);
  }

  private static void alter(
      Admin admin, String topic, ConfigEntry entry, AlterConfigOp.OpType operation) {
    KafkaAnswers.await(
        admin
            .incrementalAlterConfigs(
                Map.of(
                    new ConfigResource(ConfigResource.Type.TOPIC, topic),
                    List.of(new AlterConfigOp(entry, operation))))
            .all());
  }

  /**
   * The broker applies what the controller has taken a moment later. The test's time-out ends it.
   */
  private static void await(Admin admin, String topic, String setting, String wanted) {
    while (!config(admin, topic).get(setting).value().equals(wanted)) {
      Await.pause();
    }
  }

  @Test
  void refusesAnotherNumberOfPartitions() {
    createTopics.create(catalogue);

    assertThatThrownBy(() -> createTopics.create(new TopicCatalogue(cluster.dataset(), 4)))
        .isInstanceOf(TopicMismatchException.class)
        .hasMessageContaining("asked for 4 partitions")
        .hasMessageContaining(cluster.topics().training().name() + " has 3");
  }

  @ParameterizedTest(name = "{0} copies, {1} in sync")
  @CsvSource({"3, 1, 2", "4, 1, 2", "3, 2, ''", "3, 3, ''", "2, 1, ''", "1, 1, ''"})
  void ofThreeCopiesTwoHaveToHoldWhatIsAcknowledged(int copies, String found, String changed) {
    Node node = new Node(1, "127.0.0.1", 1);
    TopicDescription topic =
        new TopicDescription(
            "topic",
            false,
            List.of(
                new TopicPartitionInfo(0, node, Collections.nCopies(copies, node), List.of(node))));
    Config settings = new Config(List.of(new ConfigEntry("min.insync.replicas", found)));

    assertThat(CreateTopics.safer(topic, settings))
        .isEqualTo(changed.isEmpty() ? Map.of() : Map.of("min.insync.replicas", changed));
  }

  private static Config config(Admin admin, String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return KafkaAnswers.await(admin.describeConfigs(Set.of(resource)).all()).get(resource);
  }
}
