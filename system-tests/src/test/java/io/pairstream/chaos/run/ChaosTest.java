package io.pairstream.chaos.run;

import static io.pairstream.chaos.cluster.NextBuild.UNDER_TEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.cluster.PlatformProcess;
import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.Producers;
import io.pairstream.chaos.load.SeededLoad;
import io.pairstream.chaos.verify.LiveReader;
import io.pairstream.chaos.verify.Verdict;
import io.pairstream.chaos.verify.Verifier;
import io.pairstream.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * The gate: processes of a cluster are hurt one after the other in the midst of 20,000 records, and
 * afterwards nothing is lost, nothing is there twice, and everything is what it must be.
 */
@Tag("full")
class ChaosTest {

  private static final long RECORDS = Long.getLong("chaos.records", 20_000);
  private static final long SEED = Long.getLong("chaos.seed", 7);

  /** Faults of a run, in an order that the seed shuffles. */
  private static final List<Fault> FAULTS =
      Stream.concat(Collections.nCopies(3, Fault.KILL_INSTANCE).stream(), Stream.of(Fault.values()))
          .toList();

  /** Faults strike from the one to the other of the records, at places that the seed chooses. */
  private static final double FIRST = 0.04;

  private static final double LAST = 0.96;

  private static final Duration WITHIN = Duration.ofMinutes(40);
  private static final Duration SENT_WITHIN = Duration.ofMinutes(30);
  private static final Duration DECIDED_WITHIN = Duration.ofMinutes(15);

  private static final Duration OUTPUTS_WITHIN = Duration.ofSeconds(90);

  /** Time for which records committed before a fault may still be read. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  /** Holds the logs of all processes, and stays where the test fails. */
  @TempDir(factory = BelowTarget.class, cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private final Instant began = Instant.now();
  private final Set<String> endedByThemselves = new TreeSet<>();

  /** A fault that is to come once so many records are acknowledged. */
  private record Planned(long afterRecords, Fault fault, long seed) {}

  @Test
  void nothingIsLostAndNothingIsTwice() {
    assertTimeoutPreemptively(WITHIN, this::run);
  }

  private void run() throws Exception {
    tell("seed " + SEED + ", " + RECORDS + " records; logs in " + folder);
    try (ChaosCluster cluster = ChaosCluster.start(folder, UNDER_TEST);
        LiveReader live = LiveReader.start(cluster.access(), ChaosCluster.PARTITIONS);
        Producers producers =
            Producers.start(
                cluster.access(),
                ChaosCluster.PARTITIONS,
                cluster.ingestAddress(),
                new SeededLoad(SEED),
                RECORDS)) {
      List<Planned> plan = plan();
      for (int i = 0; i < plan.size(); i++) {
        // So that the load does not run ahead by more than one fault.
        producers.holdAt(i + 2 < plan.size() ? plan.get(i + 2).afterRecords() : Long.MAX_VALUE);
        assertThat(producers.await(plan.get(i).afterRecords(), SENT_WITHIN)).isTrue();
        strike(plan.get(i), cluster, producers, live);
      }
      assertThat(producers.await(RECORDS, SENT_WITHIN)).isTrue();
      producers.stop();
      tell("all " + producers.acknowledged() + " are acknowledged");

      Files.write(
          folder.resolve("ledger.txt"),
          producers.ledger().stream().map(LedgerEntry::toString).toList());
      cluster.awaitInSync();
      noteEnded(cluster);
      Verdict verdict =
          Verifier.verify(
              cluster.patientAccess(),
              ChaosCluster.PARTITIONS,
              DECIDED_WITHIN,
              producers.ledger(),
              live);
      noteEnded(cluster);
      verdict.differences().forEach(this::tell);
      tell(producers.unavailable() + " answers of 503");
      tell(plan.size() + " faults; " + verdict.inWords());

      assertThat(verdict.differences()).isEmpty();
      assertThat(verdict.versions()).containsOnlyKeys(Verifier.recipe().version());
      assertThat(verdict.acknowledged()).isGreaterThanOrEqualTo(RECORDS);
      assertThat(endedByThemselves).as("processes that ended by themselves").isEmpty();
      assertThat(producers.unavailableForever()).as("answers of 503 without Retry-After").isZero();
    }
  }

  private List<Planned> plan() {
    List<Fault> faults = new ArrayList<>(FAULTS);
    Collections.shuffle(faults, new Random(SEED));
    SplittableRandom random = new SplittableRandom(SEED);
    List<Planned> plan = new ArrayList<>();
    for (int i = 0; i < faults.size(); i++) {
      double place = (i + 0.6 * random.nextDouble()) / faults.size();
      long afterRecords = Math.round((FIRST + (LAST - FIRST) * place) * RECORDS);
      plan.add(new Planned(afterRecords, faults.get(i), random.nextLong()));
    }
    return plan;
  }

  private void strike(Planned planned, ChaosCluster cluster, Producers producers, LiveReader live)
      throws InterruptedException {
    Fault fault = planned.fault();
    SplittableRandom random = new SplittableRandom(planned.seed());
    PlatformProcess victim =
        Await.answer(
            "the brokers answer",
            () -> fault.victim(cluster, new SplittableRandom(planned.seed())));
    noteEnded(cluster);
    Instant struck = Instant.now();
    fault.strike(victim);
    tell(producers.acknowledged() + " records: " + fault + ": " + victim);
    // Its length is part of a fault: this waits for nothing else.
    TimeUnit.SECONDS.sleep(fault.seconds(random));
    noteEnded(cluster);
    victim.bringBack();
    if (cluster.brokers().contains(victim)) {
      cluster.awaitInSync();
    }
    tell("healed after " + Duration.between(struck, Instant.now()).toSeconds() + " s");
    // So that the next fault finds everybody at work again.
    long until = System.nanoTime() + OUTPUTS_WITHIN.toNanos();
    while (producers.acknowledged() < RECORDS
        && !live.cameOfEachSince(struck.plus(SETTLED))
        && System.nanoTime() < until) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** Before a process is brought back, after which it would be unknown. */
  private void noteEnded(ChaosCluster cluster) {
    cluster.all().stream()
        .filter(PlatformProcess::endedByItself)
        .forEach(process -> endedByThemselves.add(process.toString()));
  }

  private void tell(String line) {
    Duration since = Duration.between(began, Instant.now());
    System.out.printf("chaos %3d:%02d  %s%n", since.toMinutes(), since.toSecondsPart(), line);
  }

  /** A folder of its own, that outlives the machine's temporary files. */
  static final class BelowTarget implements TempDirFactory {

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
        throws IOException {
      Path target = Files.createDirectories(Path.of("target", "chaos").toAbsolutePath());
      return Files.createTempDirectory(target, "run-");
    }
  }
}
