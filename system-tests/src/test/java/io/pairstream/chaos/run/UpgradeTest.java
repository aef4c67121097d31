package io.pairstream.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.NextBuild;
import io.pairstream.chaos.cluster.PlatformProcess;
import io.pairstream.chaos.load.Producers;
import io.pairstream.chaos.load.SeededLoad;
import io.pairstream.chaos.verify.LiveReader;
import io.pairstream.chaos.verify.Verdict;
import io.pairstream.chaos.verify.Verifier;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Services go over to a build whose records have a field more and whose steps work otherwise, one
 * after the other in the midst of records and kills, as docs/operators.md says, and back again.
 */
@Tag("full")
class UpgradeTest {

  private static final long RECORDS = Long.getLong("upgrade.records", 3_000);
  private static final Duration WITHIN = Duration.ofMinutes(40);
  private static final Duration SENT_WITHIN = Duration.ofMinutes(20);
  private static final Duration DECIDED_WITHIN = Duration.ofMinutes(15);
  private static final Duration ENDED_WITHIN = Duration.ofMinutes(5);

  @TempDir(factory = ChaosTest.BelowTarget.class, cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private final Instant began = Instant.now();

  /** One thing that is done once so many records are acknowledged. */
  private record Step(String name, Runnable work) {}

  @Test
  void nothingIsLostAndNothingIsTwiceOnTheWayToTheNextBuildAndBack() {
    assertTimeoutPreemptively(WITHIN, this::run);
  }

  private void run() throws Exception {
    Path next = NextBuild.in(folder.resolve("next"));
    tell("the next build is made");
    try (ChaosCluster cluster = ChaosCluster.start(folder);
        LiveReader live = LiveReader.start(cluster.access());
        Producers producers =
            Producers.start(
                cluster.access(),
                ChaosCluster.PARTITIONS,
                cluster.ingestAddress(),
                new SeededLoad(7),
                RECORDS)) {
      List<Step> steps = steps(cluster, next);
      for (int i = 0; i < steps.size(); i++) {
        long after = RECORDS * (i + 1) / (steps.size() + 1);
        producers.holdAt(RECORDS * (i + 2) / (steps.size() + 1));
        assertThat(producers.await(after, SENT_WITHIN)).isTrue();
        steps.get(i).work().run();
        tell(after + " records: " + steps.get(i).name());
      }
      producers.holdAt(Long.MAX_VALUE);
      assertThat(producers.await(RECORDS, SENT_WITHIN)).isTrue();
      producers.stop();

      Verdict verdict =
          new Verifier(cluster.patientAccess(), DECIDED_WITHIN, ENDED_WITHIN)
              .verify(producers.ledger(), live);
      verdict.differences().forEach(this::tell);
      tell(verdict.inWords() + "; by recipe version " + verdict.versions());
      assertThat(verdict.differences()).isEmpty();
      assertThat(cluster.all().stream().filter(PlatformProcess::endedByItself)).isEmpty();
      assertThat(producers.unavailableForever()).as("answers of 503 without Retry-After").isZero();
      // Both builds did their share, in records that each of them may have read from the other.
      assertThat(verdict.versions()).hasSize(2).containsKey(Verifier.recipe().version());
    }
  }

  private static List<Step> steps(ChaosCluster cluster, Path next) {
    List<PlatformProcess> order = new ArrayList<>(List.of(cluster.registry()));
    order.addAll(cluster.instances());
    order.add(cluster.ingest());
    List<Step> steps = new ArrayList<>();
    steps.add(new Step("the next build's schemas", () -> cluster.registerSchemasOf(next)));
    for (PlatformProcess service : order) {
      steps.add(new Step(service + " is the next build's", () -> service.replaceBy(next)));
      if (service == cluster.instances().get(1)) {
        steps.add(kill(cluster.instances().get(0)));
        steps.add(kill(cluster.instances().get(2)));
      }
    }
    Collections.reverse(order);
    for (PlatformProcess service : order) {
      steps.add(
          new Step(service + " is this build's again", () -> service.replaceBy(cluster.build())));
      if (service == cluster.instances().get(1)) {
        steps.add(kill(cluster.instances().get(0)));
        steps.add(kill(cluster.instances().get(2)));
      }
    }
    return steps;
  }

  private static Step kill(PlatformProcess instance) {
    return new Step(
        "kill -9 of " + instance,
        () -> {
          instance.kill();
          instance.bringBack();
        });
  }

  private void tell(String line) {
    Duration since = Duration.between(began, Instant.now());
    System.out.printf("upgrade %3d:%02d  %s%n", since.toMinutes(), since.toSecondsPart(), line);
  }
}
