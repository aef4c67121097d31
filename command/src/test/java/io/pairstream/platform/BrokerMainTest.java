package io.pairstream.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerMainTest {

  /** A broker that reads another path keeps its records where no broker looks for them. */
  @Test
  void kafkaReadsTheFolderThatWasWritten(@TempDir Path folder) throws IOException {
    Path logs = folder.resolve("张伟 ä: \\u0041 = #").resolve("logs");
    Path file = folder.resolve("server.properties");

    BrokerMain.write(file, BrokerMain.settings(logs, "9092", "9093"));

    assertThat(Utils.loadProps(file.toString())).containsEntry("log.dirs", logs.toString());
  }

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
