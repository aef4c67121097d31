package io.pairstream.operate.lag.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.lag.Lag;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.DenyingAuthorizer;
import io.pairstream.testing.EmbeddedKafka;
import io.pairstream.testing.TestDataset;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The lag as a client sees it that may not read what groups have committed. */
class CommitLogRightsTest {

  private static final String COMMITS = Topic.GROUP_METADATA_TOPIC_NAME;

  @TempDir private static Path folder;

  @AutoClose private static EmbeddedKafka kafka;

  private final String group = "g-" + UUID.randomUUID();
  private final TopicPartition partition = new TopicPartition(group, 0);
  private final ClusterAccess cluster =
      new ClusterAccess(
          new Cluster(
              kafka.bootstrapServers(),
              "mock://commits",
              new Dataset("rights"),
              TestDataset.SETTINGS,
              Map.of()));
  private Duration ahead = Duration.ZERO;
  private final InstantSource moved = () -> Instant.now().plus(ahead);
  private final Clock clock = moved.withZone(ZoneOffset.UTC);

  @BeforeAll
  static void start() throws Exception {
    kafka = new EmbeddedKafka(folder, DenyingAuthorizer.settings());
  }

  @AfterEach
  void allow() {
    DenyingAuthorizer.deny(AclOperation.UNKNOWN, "");
  }

  @ParameterizedTest
  @EnumSource(names = {"DESCRIBE", "READ"})
  void whoMayNotReadCommitsComparesPlacesAndSaysWhatIsNotSeen(AclOperation right) {
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(
          admin.createTopics(List.of(new NewTopic(partition.topic(), 1, (short) 1))).all());
    }
    for (int i = 0; i < 20; i++) {
      TestCluster.send(cluster, new ProducerRecord<>(partition.topic(), 0, null, new byte[10]));
    }
    commit(10);
    DenyingAuthorizer.deny(right, COMMITS);
    try (LagWatcher watcher =
        new LagWatcher(cluster, LagWatcher.INTERVAL, List.of("*"), clock, report -> {}, id -> id)) {
      look(watcher);
      commit(3);
      commit(12);
      assertThat(look(watcher).verdict())
          .as("back and on, between looks")
          .isNotEqualTo(LagVerdict.REWIND);
      assertThat(watcher.latest().blind().orElseThrow())
          .contains(COMMITS + " cannot be read", "not seen", "allow Read on it");
      commit(5);
      assertThat(look(watcher).sentence().text())
          .startsWith("REWIND: ")
          .contains("went back from 12 to 5");
      commit(20);
      for (int look = 0; look < 10; look++) {
        look(watcher);
      }
      assertThat(watcher.latest().trouble()).isEmpty();

      allow();
      look(watcher);
      assertThat(watcher.latest().blind()).isEmpty();
      commit(6);
      commit(20);
      assertThat(look(watcher).sentence().text())
          .startsWith("REWIND: ")
          .contains("went back from 20 to 6");
    }
  }

  private void commit(long offset) {
    TestCluster.commit(cluster, group, partition, offset);
  }

  private Lag look(LagWatcher watcher) {
    ahead = ahead.plus(LagWatcher.INTERVAL);
    return watcher.look().group(group).orElseThrow().now();
  }
}
