package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.PlayedPipeline;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.platform.Await;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(900)
class ImportWaitTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  @Test
  void endsOnceEveryRawPairIsCommittedByTheTopology() throws Exception {
    ClusterAccess cluster = KAFKA.dataset(1);
    String group = cluster.dataset().preprocessGroup();
    TopicPartition raw = new TopicPartition(cluster.topics().crowdsourced().name(), 0);
    StringWriter err = new StringWriter();
    try (PlayedPipeline pipeline = new PlayedPipeline(cluster)) {
      var unused = pipeline.send("image", "caption");
      unused = pipeline.send("image", "another caption");
    }

    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(
            () -> new JudgedPairs(cluster, new PrintWriter(err), false).await());
    Await.until(
        "both are said to wait",
        Duration.ofMinutes(5),
        () -> err.toString().contains("raw pairs that wait to be judged: 2"));
    TestCluster.commit(cluster, group, raw, 1);
    assertThat(waiting).isNotDone();
    TestCluster.commit(cluster, group, raw, 2);

    assertThat(waiting.get(5, TimeUnit.MINUTES)).isNull();
  }
}
