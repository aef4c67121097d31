package io.pairstream.operations.instances;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class InstancesTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.dataset(1);
  private final InstantSource source = this::time;
  private final Clock clock = source.withZone(ZoneOffset.UTC);
  private volatile Throwable fault;

  @Test
  void tellsWhoSpeaks() throws InterruptedException {
    speak();

    try (Instances instances = Instances.follow(cluster, clock)) {
      await(instances::isReady);

      assertThat(instances.all()).extracting(Instance::service).containsExactly("feed");
      assertThat(instances.obstacle()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void faultIsSaidAndFollowingGoesOn(boolean isError) throws InterruptedException {
    fault = isError ? new AssertionError("broken") : new IllegalStateException("broken");
    try (Instances instances = Instances.follow(cluster, clock)) {
      speak();
      await(() -> instances.obstacle().isPresent());
      assertThat(instances.obstacle().orElseThrow()).contains("cannot be followed", "broken");

      fault = null;

      await(() -> instances.obstacle().isEmpty());
      assertThat(instances.all()).extracting(Instance::service).containsExactly("feed");
    }
  }

  private void speak() {
    TestCluster.put(
        cluster,
        cluster.topics().instances(),
        "feed/b",
        Played.status("feed", "b", Instant.now()).build());
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(5); // the test's own limit ends it
    }
  }

  private Instant time() {
    if (fault instanceof Error error) {
      throw error;
    } else if (fault instanceof RuntimeException exception) {
      throw exception;
    }
    return Instant.now();
  }
}
