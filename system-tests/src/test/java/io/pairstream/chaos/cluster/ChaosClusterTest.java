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
@Timeout(900)
class ChaosClusterTest {

  private static final Duration SOON = Duration.ofMinutes(1);

  @TempDir private Path folder;

  @Test
  void losesALeaderElectsAnotherHasItBackAndEndsWhereInterrupted() {
    List<PlatformProcess> all;
    try (ChaosCluster cluster = ChaosCluster.start(ClusterPlan.usual(), folder)) {
      assertThat(notRight(cluster)).isEmpty();
      TopicPartition raw = new TopicPartition(ChaosCluster.DATASET.topic("crowdsourced"), 1);
      PlatformProcess leader = cluster.leaderOf(raw);

      leader.kill();

      assertThat(leader.isRunning()).isFalse();
      Await.until(
          "another broker leads",
          SOON,
          () -> cluster.leaderOf(raw) != leader,
          () -> cluster.leaderOf(raw));
      assertThat(cluster.behind()).contains(raw);
      assertThat(notRight(cluster)).isNotEmpty();
      assertThat(cluster.activeController()).isNotEqualTo(leader);
      assertThat(cluster.groupCoordinator()).isNotEqualTo(leader);

      leader.start();
      leader.awaitReady(SOON);
      cluster.awaitInSync(SOON);
      assertThat(notRight(cluster)).isEmpty();
      AuditReport audit = new Audit(new ClusterAccess(cluster.access())).run();
      assertThat(audit.details()).isEmpty();

      all = cluster.all();
      // As where a test's time is up.
      Thread.currentThread().interrupt();
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(all).noneMatch(PlatformProcess::isRunning);
  }

  private static List<Finding> notRight(ChaosCluster cluster) {
    return ClusterCheck.of(cluster.access()).findings().stream()
        .filter(finding -> finding.level() != Level.OK)
        .toList();
  }
}
