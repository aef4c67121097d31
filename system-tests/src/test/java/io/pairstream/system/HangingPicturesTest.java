package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.preprocess.run.PreprocessService;
import io.pairstream.preprocess.run.PreprocessSettings;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import io.pairstream.tools.audit.Audit;
import io.pairstream.tools.audit.AuditReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A long row of pictures that hang, crash or burst their workers does not stop the stream: each is
 * rejected, and the good ones behind it are published. A row that takes longer than one transaction
 * may last.
 */
@Tag("full")
@Timeout(1800)
class HangingPicturesTest {

  @RegisterExtension static final TestCluster CLUSTER = new TestCluster();

  private static final int HANGING = Integer.getInteger("pairstream.hanging.pictures", 200);
  private static final int OTHERS = 5;
  private static final int GOOD = 20;
  private static final Duration DEADLINE = Duration.ofMillis(500);

  @TempDir private Path folder;

  @Test
  void eachIsRejectedAndTheGoodOnesBehindThemArePublished() throws Exception {
    ClusterAccess access = CLUSTER.datasetOfAllTopics(1);
    Cluster cluster = CLUSTER.cluster(access, Map.of());
    WorkerSettings workers =
        WorkerSettings.of(System.getProperty("pairstream.worker.classpath"), 1)
            .withLimits(DEADLINE, Duration.ofMinutes(10))
            .withJvmOptions("-Dpairstream.worker.test-hooks=true");
    try (PairPublisher publisher = RunningPlatform.publisher(access)) {
      List<byte[]> files = HijackedWorkerTest.jpegs(31, HANGING + 2 * OTHERS + GOOD);
      CompletableFuture.allOf(
              Stream.of(
                      sent(publisher, files.subList(0, HANGING), "spin"),
                      sent(publisher, files.subList(HANGING, HANGING + OTHERS), "segv"),
                      sent(
                          publisher, files.subList(HANGING + OTHERS, HANGING + 2 * OTHERS), "grow"),
                      sent(publisher, files.subList(HANGING + 2 * OTHERS, files.size()), ""))
                  .flatMap(List::stream)
                  .toArray(CompletableFuture[]::new))
          .join();
    }
    long all = HANGING + 2L * OTHERS + GOOD;

    try (PreprocessService service =
        new PreprocessService(new PreprocessSettings(cluster, "demo", folder, 1, workers))) {
      Await.until(
          all + " inputs are decided",
          Duration.ofMinutes(25),
          () -> new Audit(access).run().inputs() == all,
          () -> new Audit(access).run());
      assertThat(service.hasEnded()).isFalse();
    }

    AuditReport report = new Audit(access, Duration.ofMinutes(1)).run();
    assertThat(report.details()).isEmpty();
    Map<String, Long> reasons = RunningPlatform.quarantine(access);
    assertThat(reasons).containsOnlyKeys("DECODE_TIMEOUT", "DECODER_CRASH");
    // On a busy machine a crash may take longer than the deadline.
    assertThat(reasons.get("DECODE_TIMEOUT")).isGreaterThanOrEqualTo(HANGING);
    assertThat(reasons.values().stream().mapToLong(count -> count).sum())
        .isEqualTo(HANGING + 2L * OTHERS);
  }

  private static List<CompletableFuture<?>> sent(
      PairPublisher publisher, List<byte[]> files, String fault) {
    String order = fault.isEmpty() ? "" : "PAIRSTREAM-TEST:" + fault;
    return files.stream()
        .<CompletableFuture<?>>map(file -> publisher.publish(HijackedWorkerTest.pair(file, order)))
        .toList();
  }
}
