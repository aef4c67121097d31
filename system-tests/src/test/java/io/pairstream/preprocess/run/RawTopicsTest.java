package io.pairstream.preprocess.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.Origin;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Records of raw topics that are read once more. */
class RawTopicsTest {

  @RegisterExtension static final TestCluster CLUSTER = new TestCluster();

  private final ClusterAccess access = CLUSTER.dataset(1, "crowdsourced");
  private final String topic = access.topics().crowdsourced().name();

  @Test
  void readsTheVeryRecordUntilItHasLeftItsTopic() {
    for (int record = 0; record < 5; record++) {
      TestCluster.send(access, new ProducerRecord<>(topic, 0, null, new byte[] {(byte) record}));
    }
    TestCluster.deleteBefore(access, new TopicPartition(topic, 0), 2);
    try (RawTopics raw = new RawTopics(CLUSTER.cluster(access, Map.of()))) {
      assertThat(raw.read(new Origin(topic, 0, 3L)).orElseThrow().value()).containsExactly(3);
      assertThat(raw.read(new Origin(topic, 0, 1L))).isEmpty();
      assertThat(raw.read(new Origin(topic, 0, 4L)).orElseThrow().value()).containsExactly(4);
    }
  }
}
