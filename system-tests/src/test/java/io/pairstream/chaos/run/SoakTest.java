package io.pairstream.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.chaos.cluster.ClusterPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Every kind of fault that this machine allows, again and again, under a long load. */
@Tag("chaos")
@DisabledIfSystemProperty(named = "chaos.scale-out", matches = "true")
class SoakTest {

  private static final ChaosSettings USUAL =
      new ChaosSettings(
          7,
          100_000,
          60,
          3,
          60,
          List.of(),
          true,
          Path.of("target", "chaos"),
          Path.of("target", "chaos", "report.html"),
          false,
          0);

  @Test
  void everyPromiseHoldsUnderEveryFault() throws Exception {
    ChaosSettings settings = USUAL.with(System.getProperties());
    ClusterPlan plan =
        ClusterPlan.usual()
            .withInstances(settings.instances())
            .withFrontDoors(2)
            .withRecipe(Recipes.chaos())
            .withSeparateNetworks()
            .withDisksOf(1_500)
            // So that an instance can be held for longer than its transaction may last.
            .withInstanceArguments("--decode-deadline", "PT1.5S");
    ChaosRun.Scenario scenario =
        new ChaosRun.Scenario(
            plan,
            Mixes.SOAK,
            0.15,
            new HurtTrainer.Plan(64, 32, 8, Duration.ofMillis(200)),
            true,
            "mvn verify -Pchaos -pl system-tests -am -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dtest=SoakTest "
                + settings.asOptions());

    RunResult result = new ChaosRun(settings, scenario, System.out).run();

    assertThat(result.checks()).allSatisfy(check -> assertThat(check).matches(Check::kept));
  }
}
