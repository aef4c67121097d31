package io.pairstream.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.audit.Audit;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.service.promises.ClusterCheck;
import io.pairstream.service.promises.Finding;
import io.pairstream.service.promises.Finding.Level;
import io.pairstream.system.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The cluster keeps the promises, and can be hurt and healed. */
@Timeout(1800)
class ChaosClusterTest {

  private static final Duration SOON = Duration.ofMinutes(4);

  @TempDir private Path folder;

  @Test
  void losesALeaderElectsAnotherHasItBackAndEndsWhereInterrupted() {
    List<PlatformProcess> all;
    try (ChaosCluster cluster = ChaosCluster.start(ClusterPlan.usual(), folder)) {
      cluster.awaitInSync(SOON);
      awaitAllRight(cluster);
      TopicPartition raw = new TopicPartition(ChaosCluster.DATASET.topic("crowdsourced"), 1);
      PlatformProcess leader = cluster.leaderOf(raw);

      leader.kill();

      assertThat(leader.isRunning()).isFalse();
      Await.until(
          "another broker leads",
          SOON,
          () -> cluster.leaderOf(raw) != leader,
          () -> cluster.leaderOf(raw));
      Await.until("a copy is away", SOON, () -> cluster.behind().contains(raw), cluster::behind);
      Await.until(
          "not all is right",
          SOON,
          () -> !notRight(cluster).isEmpty(),
          () -> "nothing that is not right");
      Await.until(
          "another controller is active",
          SOON,
          () -> cluster.activeController() != leader,
          cluster::activeController);
      Await.until(
          "another broker coordinates the group",
          SOON,
          () -> cluster.groupCoordinator() != leader,
          cluster::groupCoordinator);

      leader.start();
      leader.awaitReady(SOON);
      cluster.awaitInSync(SOON);
      awaitAllRight(cluster);
      AuditReport audit =
          new Audit(new ClusterAccess(cluster.patientAccess()), Duration.ofMinutes(1)).run();
      assertThat(audit.details()).isEmpty();

      all = cluster.all();
      // As where a test's time is up.
      Thread.currentThread().interrupt();
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(all).noneMatch(PlatformProcess::isRunning);
  }

  /** Each look asks any of the brokers, which need not have heard of the last change. */
  private static void awaitAllRight(ChaosCluster cluster) {
    Await.until("all is right", SOON, () -> notRight(cluster).isEmpty(), () -> notRight(cluster));
  }

  private static List<Finding> notRight(ChaosCluster cluster) {
    return ClusterCheck.of(cluster.access()).findings().stream()
        .filter(finding -> finding.level() != Level.OK)
        .toList();
  }
}
