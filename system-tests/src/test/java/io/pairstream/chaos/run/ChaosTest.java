package io.pairstream.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.pairstream.chaos.cluster.ClusterPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Processes are killed in the midst of 20,000 records: nothing is lost, and nothing is twice. */
class ChaosTest {

  private static final Duration WITHIN = Duration.ofMinutes(40);

  private static final ChaosSettings USUAL =
      new ChaosSettings(
          7,
          20_000,
          10,
          3,
          100,
          List.of(),
          true,
          Path.of("target", "chaos"),
          Path.of("target", "chaos", "gate.html"),
          false,
          0);

  @Test
  void nothingIsLostAndNothingIsTwice() throws Exception {
    ChaosSettings settings = USUAL.with(System.getProperties());
    ClusterPlan plan =
        ClusterPlan.usual()
            .withInstances(settings.instances())
            .withFrontDoors(1)
            .withRecipe(Recipes.chaos())
            // Twice in a row no wait of a busy machine may look like a picture that hangs.
            .withInstanceArguments("--decode-deadline", "PT15S");
    ChaosRun.Scenario scenario =
        new ChaosRun.Scenario(
            plan,
            Mixes.GATE,
            0,
            new HurtTrainer.Plan(64, 32, 3, Duration.ofMillis(20)),
            false,
            "mvn verify -pl system-tests -am -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dtest=ChaosTest "
                + settings.asOptions());

    RunResult result =
        assertTimeoutPreemptively(
            WITHIN.plusMinutes(settings.stayMinutes()),
            () -> new ChaosRun(settings, scenario, System.out).run());

    assertThat(result.checks()).allSatisfy(check -> assertThat(check).matches(Check::kept));
  }
}
