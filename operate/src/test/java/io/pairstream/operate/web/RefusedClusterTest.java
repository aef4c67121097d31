package io.pairstream.operate.web;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.operate.LongTimeoutServer;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.requirements.WeakClusterException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class RefusedClusterTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  @TempDir Path folder;

  @Test
  void aServiceThatListensAtOnceEndsOnceItKnowsThatItsClusterIsTooWeak() throws IOException {
    ClusterAccess access = KAFKA.datasetOfAllTopics(1);
    Cluster cluster = KAFKA.cluster(access, Map.of("auto.offset.reset", "latest"));
    OperateSettings settings = LongTimeoutServer.operate(true, folder);

    try (OperateService service = new OperateService(cluster, settings)) {
      service.start();

      assertThatThrownBy(() -> service.fault().join())
          .hasCauseInstanceOf(WeakClusterException.class)
          .hasMessageContaining("kafka.auto.offset.reset=latest");
    }
  }
}
