package io.pairstream.operations.lag.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import io.pairstream.testing.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is told while Kafka is away. */
@Timeout(900)
class LagWatcherOutageTest {

  @TempDir private Path directory;

  @Test
  void whileKafkaIsAwayItSaysSoAndTellsWhatItKnew() throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(directory)) {
      ClusterAccess cluster =
          new ClusterAccess(
              new Cluster(
                  kafka.bootstrapServers(),
                  "mock://outage",
                  new Dataset("pairs"),
                  Map.of("request.timeout.ms", "10000", "default.api.timeout.ms", "20000"),
                  Map.of()));
      kafka.createTopics(new TopicCatalogue(cluster.dataset(), 1).topics());
      CopyOnWriteArrayList<LagReport> reports = new CopyOnWriteArrayList<>();
      try (LagWatcher watcher =
          new LagWatcher(
              cluster,
              LagSettings.every(Duration.ofMillis(200)),
              Clock.systemUTC(),
              reports::add)) {
        assertThat(watcher.obstacle()).contains("the lag was not looked at yet");
        watcher.start();
        await(() -> watcher.latest().ready() && watcher.latest().groups().size() == 3);
        assertThat(watcher.obstacle()).isEmpty();

        kafka.stop();
        try {
          await(() -> watcher.obstacle().isPresent());

          assertThat(watcher.obstacle().orElseThrow()).startsWith("Kafka does not say");
          assertThat(watcher.latest().groups())
              .extracting(GroupLag::group)
              .contains(cluster.dataset().preprocessGroup());
        } finally {
          kafka.restart();
        }
        Instant before = watcher.latest().at();
        await(() -> watcher.obstacle().isEmpty() && watcher.latest().at().isAfter(before));
        assertThat(reports).allMatch(report -> report.trouble().isEmpty());
      }
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}
