package io.pairstream.service.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.wire.RegistryUnavailableException;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class ObstacleTest {

  @Test
  void aRegistryThatDoesNotAnswerIsSaidInEveryLanguage() {
    IOException cause = new IOException("Connection refused");

    assertThat(Obstacle.of(new RegistryUnavailableException("the schema registry", cause)))
        .isEqualTo(
            new Obstacle(
                "the schema registry does not answer: Connection refused",
                "REGISTRY_AWAY",
                List.of("Connection refused")));
    assertThat(Obstacle.of(new TimeoutException("no broker")).template()).isEmpty();
  }
}
