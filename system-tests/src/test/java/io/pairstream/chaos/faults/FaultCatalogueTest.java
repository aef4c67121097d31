package io.pairstream.chaos.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.ClusterPlan;
import io.pairstream.chaos.cluster.PlatformProcess;
import io.pairstream.operations.audit.Audit;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.system.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Faults that need no waiting do what they say, and undo it; the others come in a soak. */
@Timeout(1800)
class FaultCatalogueTest {

  private static final Duration SOON = Duration.ofMinutes(4);

  @TempDir private Path folder;

  @Test
  void whatIsTakenAwayIsAwayAndComesBack() throws Exception {
    try (ChaosCluster cluster = ChaosCluster.start(ClusterPlan.usual().withInstances(1), folder)) {
      FaultCatalogue catalogue = new FaultCatalogue(cluster);
      assertThat(reason(catalogue, "a broker's disk full")).contains("disks of their own");
      assertThat(reason(catalogue, "a broker cut off from the network"))
          .contains("networks of their own");
      assertThat(reason(catalogue, "SIGSTOP of an instance longer than its transaction may last"))
          .contains("--decode-deadline");
      assertThat(reason(catalogue, "timestamps of a skewed clock")).contains("no load");
      assertThatThrownBy(() -> catalogue.next("a flood", new SplittableRandom(1)))
          .hasMessageContaining("no such kind: a flood; right: [kill -9 of an instance,");

      takesAwayAndBringsBack(
          catalogue.next("kill -9 of the registry while warm", new SplittableRandom(2)),
          List.of(cluster.registry()));
      takesAwayAndBringsBack(
          catalogue.next("kill -9 of a front door", new SplittableRandom(3)), cluster.frontDoors());
      crashesAWorker(cluster, catalogue);
      emptiesTheRegistry(cluster, catalogue);
      letsNothingTooLargeIn(cluster, catalogue);
      if (cluster.abilities().loopMounts()) {
        refusesStateThatCannotBeWritten(cluster, catalogue);
      }
    }
  }

  private static void takesAwayAndBringsBack(Fault fault, List<PlatformProcess> processes)
      throws Exception {
    fault.inject();
    assertThat(processes).noneMatch(PlatformProcess::isRunning);

    fault.heal();
    Await.until(
        "all are ready",
        SOON,
        () -> processes.stream().allMatch(PlatformProcess::isReady),
        () -> processes);
  }

  private static void crashesAWorker(ChaosCluster cluster, FaultCatalogue catalogue)
      throws Exception {
    PlatformProcess instance = cluster.instances().get(0);
    Await.until("a worker runs", SOON, () -> !instance.children().isEmpty(), instance::children);
    ProcessHandle worker = instance.children().get(0);
    Fault crash = catalogue.next("crash of an image worker", new SplittableRandom(4));

    crash.inject();

    Await.until("the worker has ended", SOON, () -> !worker.isAlive(), crash::words);
    crash.heal();
    assertThat(instance.isRunning()).isTrue();
    assertThat(crash.words()).contains("a worker of preprocess-1");
  }

  private static void emptiesTheRegistry(ChaosCluster cluster, FaultCatalogue catalogue)
      throws Exception {
    String subject = ChaosCluster.DATASET.topic("training") + "-value";
    Fault empty = catalogue.next("registry loses its disk", new SplittableRandom(5));
    // Numbers that begin anew would not be the same: what came later has others in between.
    cluster.registerNewerSchemas();
    Map<String, Integer> ids = newestIds(cluster);
    assertThat(ids).containsKey(subject);

    empty.inject();
    assertThat(newestIds(cluster)).isEqualTo(ids);

    empty.heal();
    assertThat(newestIds(cluster)).isEqualTo(ids);
  }

  private static Map<String, Integer> newestIds(ChaosCluster cluster) throws Exception {
    SchemaRegistryClient client = cluster.access().registry().client();
    Map<String, Integer> ids = new TreeMap<>();
    for (String subject : client.getAllSubjects()) {
      ids.put(subject, client.getLatestSchemaMetadata(subject).getId());
    }
    return ids;
  }

  private static void letsNothingTooLargeIn(ChaosCluster cluster, FaultCatalogue catalogue)
      throws Exception {
    catalogue.next("records that are too large", new SplittableRandom(6)).inject();

    AuditReport audit =
        new Audit(new ClusterAccess(cluster.patientAccess()), Duration.ofMinutes(1)).run();
    assertThat(audit.inputs()).isZero();
    assertThat(audit.details()).isEmpty();
  }

  private static void refusesStateThatCannotBeWritten(
      ChaosCluster cluster, FaultCatalogue catalogue) throws Exception {
    PlatformProcess instance = cluster.instances().get(0);
    Fault readOnly = catalogue.next("state directory read-only", new SplittableRandom(7));

    readOnly.inject();

    Await.until(
        "the instance ends",
        ChaosCluster.READY_WITHIN,
        () -> !instance.isRunning(),
        instance::logEnd);
    assertThat(instance.logEnd())
        .contains(
            "pairstream: the state directory "
                + cluster.stateDir(instance)
                + " cannot be written; give us the right to, or another one by --state-dir");
    readOnly.heal();
    Await.until("it is ready", SOON, instance::isReady, instance::logEnd);
  }

  private static String reason(FaultCatalogue catalogue, String kind) {
    return catalogue.next(kind, new SplittableRandom(0)).impossible().orElseThrow();
  }
}
