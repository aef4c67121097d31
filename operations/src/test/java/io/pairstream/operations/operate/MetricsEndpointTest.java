package io.pairstream.operations.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.LongTimeoutServer;
import io.pairstream.operations.canary.CanarySettings;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.operations.lag.watch.GroupChoice;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.service.Cluster;
import io.pairstream.testing.Await;
import io.pairstream.testing.LongTimeouts;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code GET /metrics} of the whole service, on a real broker. */
@Timeout(900)
class MetricsEndpointTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.dataset(1);

  @TempDir Path directory;

  @Test
  void tellsOfGroupsProcessesAndCanary() throws Exception {
    InstanceStatus status =
        InstanceStatus.newBuilder()
            .setService("preprocess")
            .setInstance("p1")
            .setState("RUNNING")
            .setCounters(Map.of("rejected_total{reason=IMAGE_TOO_SMALL}", 7L))
            .setIntervalMs(600_000) // not silent before the test is over
            .setStartedAt(Instant.now())
            .setReportedAt(Instant.now())
            .build();
    TestCluster.put(cluster, cluster.topics().instances(), "preprocess/p1", status);
    try (OperateService service = service()) {
      service.start();

      HttpResponse<String> answer =
          await(
              service,
              text ->
                  text.contains("pairstream_up{")
                      && text.contains("pairstream_lag_watch_up{cluster_name=\"here\"")
                      && text.contains("pairstream_canary_sent_total{"));

      assertThat(answer.headers().firstValue("Content-Type"))
          .contains("text/plain; version=0.0.4; charset=utf-8");
      assertThat(answer.body())
          .contains(
              "pairstream_rejected_total{instance=\"p1\",reason=\"IMAGE_TOO_SMALL\","
                  + "service=\"preprocess\"} 7\n");
    }
  }

  private OperateService service() {
    String name = cluster.dataset().name();
    return new OperateService(
        new Cluster(
            KAFKA.bootstrapServers(),
            "mock://" + name,
            cluster.dataset(),
            LongTimeouts.TIMEOUT,
            Map.of()),
        new OperateSettings(
            LongTimeoutServer.settings(),
            true,
            false,
            directory,
            Optional.empty(),
            Optional.of("here"),
            GroupChoice.OWN,
            Optional.of(CanarySettings.every(Duration.ofMinutes(1)))));
  }

  private static HttpResponse<String> await(OperateService service, Predicate<String> wanted)
      throws Exception {
    Await.until(() -> wanted.test(get(service).body()));
    return get(service);
  }

  private static HttpResponse<String> get(OperateService service) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + "/metrics"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
