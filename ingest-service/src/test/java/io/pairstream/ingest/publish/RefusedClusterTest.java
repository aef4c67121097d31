package io.pairstream.ingest.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.requirements.WeakClusterException;
import io.pairstream.testing.Await;
import io.pairstream.tools.topics.CreateTopics;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(300)
class RefusedClusterTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  @Test
  void takesNothingForAClusterThatCannotKeepIt() {
    ClusterAccess access = KAFKA.datasetOfAllTopics(1);
    Cluster cluster = KAFKA.cluster(access, Map.of("max.request.size", "1048576"));

    try (PairIntake intake = new PairIntake(cluster, Clock.systemUTC(), Optional::empty)) {
      intake.start();

      assertThatThrownBy(() -> intake.fault().join())
          .hasCauseInstanceOf(WeakClusterException.class)
          .hasMessageContaining("kafka.max.request.size=1048576");
      assertThat(intake.obstacle()).isPresent();
    }
  }

  @Test
  void waitsForTopicsAndSchemasThatAreMadeLater() throws Exception {
    ClusterAccess access = KAFKA.emptyDataset();
    Cluster cluster = KAFKA.cluster(access, Map.of());
    try (PairIntake intake = new PairIntake(cluster, Clock.systemUTC(), Optional::empty)) {
      intake.start();
      Await.until("it waits", () -> intake.obstacle().orElseThrow().template().equals("MISSING"));

      new CreateTopics(access, (short) 1).create(new TopicCatalogue(access.dataset(), 1));

      Await.until("it takes pairs", () -> intake.obstacle().isEmpty());
      assertThat(intake.fault()).isNotDone();
    }
  }

  @Test
  void namesAFullDiskBesideWhatItKeepsFromWorkingWithoutItsPath() {
    Cluster away =
        new Cluster(
            "127.0.0.1:1",
            "mock://away",
            KAFKA.datasetOfAllTopics(1).dataset(),
            Map.of(),
            Map.of());
    try (PairIntake intake =
        new PairIntake(
            away, Clock.systemUTC(), () -> Optional.of("the disk of /srv/state has 1 MiB left"))) {
      assertThat(intake.obstacle().map(Obstacle::text))
          .contains("Kafka is not reached yet; the disk of this machine is full");
      assertThatThrownBy(intake::requireOpen)
          .hasMessageEndingWith("; the disk of this machine is full");
    }
  }
}
