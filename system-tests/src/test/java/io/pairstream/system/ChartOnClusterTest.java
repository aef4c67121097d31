package io.pairstream.system;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The Helm chart on the cluster of {@code PAIRSTREAM_KUBECONFIG}, as its README says; {@code
 * PAIRSTREAM_KUBE_OPTIONS} are options of {@code deploy/helm/smoke.sh}.
 */
@Tag("full")
@Timeout(3000)
class ChartOnClusterTest {

  @Test
  void takesPairsThroughKillsAndUpgradesAndLetsInWhomItSays() throws Exception {
    assumeTrue(System.getenv("PAIRSTREAM_KUBECONFIG") != null, "PAIRSTREAM_KUBECONFIG is not set");

    ComposeTest.run("helm/smoke.sh", List.of(), Path.of("target/chart.log"), Assumptions::abort);
  }
}
