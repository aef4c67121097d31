package io.pairstream.operations.instances;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.testing.Await;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(600)
class InstancesTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.dataset(1, TopicCatalogue.INSTANCES);

  @Test
  void tellsWhoSpeaks() {
    speak();

    try (Instances instances = Instances.follow(cluster, Clock.systemUTC())) {
      Await.until("", instances::isReady, () -> "");

      assertThat(instances.all()).extracting(Instance::service).containsExactly("feed");
      assertThat(instances.obstacle()).isEmpty();
    }
  }

  private void speak() {
    TestCluster.put(
        cluster,
        cluster.topics().instances(),
        "feed/b",
        Played.status("feed", "b", Instant.now()).build());
  }
}
