package io.pairstream.registry;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.registry.SchemaLog.SchemaVersion;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.testing.DenyingAuthorizer;
import io.pairstream.testing.EmbeddedKafka;
import io.pairstream.testing.LongTimeouts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The topic of schemas as another program has set it, and on brokers that do not let us. */
class SchemaLogRightsTest {

  private static final String TOPIC = TopicCatalogue.SCHEMAS;

  @TempDir private static Path folder;

  @AutoClose private static EmbeddedKafka kafka;
  private static Cluster cluster;

  @BeforeAll
  static void start() throws Exception {
    kafka = new EmbeddedKafka(folder, DenyingAuthorizer.settings());
    cluster =
        new Cluster(
            kafka.bootstrapServers(),
            "mock://schema-log-rights",
            new Dataset("rights"),
            LongTimeouts.TIMEOUT,
            Map.of());
    try (Admin admin = new ClusterAccess(cluster).admin()) {
      KafkaAnswers.await(
          admin
              .createTopics(
                  List.of(
                      new NewTopic(TOPIC, Optional.of(1), Optional.empty())
                          .configs(Map.of("cleanup.policy", "compact"))))
              .all());
    }
  }

  @AfterEach
  void allow() {
    DenyingAuthorizer.deny(AclOperation.UNKNOWN, "");
  }

  @ParameterizedTest
  @EnumSource(names = {"DESCRIBE", "READ", "WRITE"})
  void aRightThatIsMissingIsNamedWithItsTopic(AclOperation right) {
    register(1);
    DenyingAuthorizer.deny(right, TOPIC);

    assertThatThrownBy(() -> register(2))
        .isInstanceOf(TopicAuthorizationException.class)
        .hasMessageContaining("no right to " + right + " topic " + TOPIC);
  }

  private static void register(int version) {
    try (SchemaLog log = SchemaLog.open(new ClusterAccess(cluster))) {
      log.append(
          known -> new SchemaVersion("subject", version, version, RawPair.SCHEMA$.toString()));
    }
  }
}
