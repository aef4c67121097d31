package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class BrokerMainTest {

  @Test
  void groupsAreRememberedAsLongAsWhatTheyRead() throws IOException {
    Properties settings = BrokerMain.settings(Path.of("logs"), "9092", "9093");

    Duration remembered =
        Duration.ofMinutes(Long.parseLong(settings.getProperty("offsets.retention.minutes")));
    assertThat(new TopicCatalogue(new Dataset("flowers"), 1).topics())
        .allSatisfy(
            topic -> {
              String kept = topic.config().getOrDefault("retention.ms", "0");
              assertThat(remembered)
                  .isGreaterThanOrEqualTo(Duration.ofMillis(Long.parseLong(kept)));
            });
  }
}
