package io.pairstream.service.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.ReportedObstacle;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class ObstacleTest {

  @Test
  void whoDoesNotAnswerIsSaidInEveryLanguage() {
    IOException cause = new IOException("Connection refused");

    assertThat(Obstacle.of(new RegistryUnavailableException("the schema registry", cause)))
        .isEqualTo(
            new Obstacle(
                "the schema registry does not answer: Connection refused",
                "REGISTRY_AWAY",
                List.of("Connection refused")));
    assertThat(Obstacle.of(new TimeoutException("no broker")))
        .isEqualTo(Obstacle.known("KAFKA_AWAY", "Kafka does not answer: {0}", "no broker"));
    assertThat(Obstacle.of(new AuthenticationException("no")))
        .isEqualTo(Obstacle.known("FAILS", "{0}", "no"));
  }

  @Test
  void eachOfSeveralKeepsItsTemplate() {
    SelfReport report = new SelfReport("ingest", Clock.systemUTC());
    report.obstacleFrom(() -> Optional.of(Obstacle.known("KAFKA_NOT_REACHED", "no {0}", "way")));
    report.obstacleFrom(Optional::empty);
    report.obstacleFrom(() -> Optional.of(Obstacle.known("KEYS_BEING_READ", "keys are read")));

    assertThat(report.now().getObstacles())
        .containsExactly(
            new ReportedObstacle("no way", "KAFKA_NOT_REACHED", List.of("way")),
            new ReportedObstacle("keys are read", "KEYS_BEING_READ", List.of()));
    assertThat(report.obstacle()).contains("no way; keys are read");
  }
}
