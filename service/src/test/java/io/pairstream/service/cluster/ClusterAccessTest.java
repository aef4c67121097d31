package io.pairstream.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterAccessTest {

  @Test
  void questionsFailWithinTwelveSeconds() {
    assertThat(settings(Map.of()))
        .containsEntry("request.timeout.ms", 5_000)
        .containsEntry("default.api.timeout.ms", 12_000);
  }

  @Test
  void operatorMaySetOneOfTheTwo() {
    assertThat(settings(Map.of("request.timeout.ms", "30000")))
        .containsEntry("request.timeout.ms", "30000")
        .containsEntry("default.api.timeout.ms", 30_000);
    // Kafka's admin client refuses a request that may last longer than its answer.
    AdminClients.create(settings(Map.of("request.timeout.ms", "30000"))).close(Duration.ZERO);
    AdminClients.create(settings(Map.of("default.api.timeout.ms", "2000"))).close(Duration.ZERO);
  }

  private static Map<String, Object> settings(Map<String, String> operators) {
    Cluster cluster =
        new Cluster("127.0.0.1:1", "mock://patience", new Dataset("any"), operators, Map.of());
    return new ClusterAccess(cluster).clientSettings();
  }
}
