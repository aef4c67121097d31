package io.pairstream.cli;

import io.pairstream.operations.PlayedPipeline;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What tests of commands share that work on a data set of their own, whose topology they play. */
@Timeout(900)
abstract class OnCluster {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  final ClusterAccess cluster;
  final PlayedPipeline pipeline;

  @TempDir Path folder;

  OnCluster(int partitions) {
    cluster = KAFKA.dataset(partitions);
    pipeline = new PlayedPipeline(cluster);
  }

  @AfterEach
  void closePipeline() {
    pipeline.close();
  }

  /** Runs a command, on the data set where the arguments name no other. */
  final Ended run(String command, String... arguments) {
    return Ended.on(cluster, command, arguments);
  }
}
