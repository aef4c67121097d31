package io.pairstream.curation.takedown;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.TestCluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(900)
class TopologyProgressTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.datasetOfAllTopics(1);

  private boolean isAllDone() {
    try (Admin admin = cluster.admin();
        CommittedLog log = CommittedLog.open(cluster)) {
      return new TopologyProgress(cluster, admin, log, Duration.ZERO, () -> {}).awaitAll();
    }
  }

  @Test
  void waitsForWhateverLiesOnTheWayOfARecordOrTakedown() {
    String fingerprints = cluster.topics().fingerprints().name();
    String training = cluster.topics().training().name();
    Map<String, String> groups =
        Map.of(
            fingerprints, cluster.dataset().lookUpGroup(),
            training, cluster.dataset().indexGroup());
    assertThat(isAllDone()).isTrue();

    for (String topic :
        List.of(
            cluster.topics().scraped().name(),
            cluster.topics().takedowns().name(),
            TopicCatalogue.takedownsByImageTopic(cluster.dataset()),
            TopicCatalogue.repartitionTopic(cluster.dataset()),
            fingerprints,
            cluster.topics().findings().name(),
            training)) {
      TestCluster.send(cluster, new ProducerRecord<>(topic, new byte[1], new byte[1]));
      assertThat(isAllDone()).as(topic).isFalse();

      String group = groups.getOrDefault(topic, cluster.dataset().preprocessGroup());
      TestCluster.commit(cluster, group, new TopicPartition(topic, 0), 1);
      assertThat(isAllDone()).as(topic).isTrue();
    }
  }
}
