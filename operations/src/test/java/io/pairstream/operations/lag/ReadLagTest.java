package io.pairstream.operations.lag;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.PlayedPipeline;
import io.pairstream.operations.PlayedPipeline.Sent;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.Standing;
import java.time.Clock;
import java.time.Duration;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReadLagTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster = KAFKA.dataset(1);
  private final PlayedPipeline pipeline = new PlayedPipeline(cluster);

  @AfterEach
  void close() {
    pipeline.close();
  }

  @Test
  void saysThatAGroupNeverCommittedAndThatAllWaits() {
    pipeline.send("a", "one");
    pipeline.send("b", "two");

    UnreadPartition lag = lagOf(cluster.dataset().preprocessGroup(), "crowdsourced");

    assertThat(lag.committed()).isEmpty();
    assertThat(lag.waiting()).isEqualTo(2);
    assertThat(lag.lost()).isZero();
  }

  @Test
  void countsWhatWaitsAndHowLongTheOldestHasWaited() {
    Sent first = pipeline.send("a", "one");
    pipeline.send("b", "two");
    pipeline.send("c", "three");
    pipeline.accept(first, Standing.TRAINING);
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(5));

    UnreadPartition lag =
        new ReadLag(cluster, later)
            .read().stream()
                .filter(each -> each.topic().equals(cluster.topics().crowdsourced().name()))
                .findFirst()
                .orElseThrow();

    assertThat(lag.committed()).hasValue(1);
    assertThat(lag.end()).isEqualTo(3);
    assertThat(lag.waiting()).isEqualTo(2);
    assertThat(lag.oldestWaiting().orElseThrow())
        .isBetween(Duration.ofMinutes(5), Duration.ofMinutes(7));
  }

  @Test
  void countsNothingWhereOnlyATransactionMarkerIsLeft() {
    pipeline.accept(pipeline.send("a", "one"), Standing.TRAINING);
    TopicPartition training = new TopicPartition(cluster.topics().training().name(), 0);
    TestCluster.commit(cluster, cluster.dataset().feedGroup(), training, 1);

    UnreadPartition lag = lagOf(cluster.dataset().feedGroup(), "training");

    assertThat(lag.end()).isEqualTo(2);
    assertThat(lag.waiting()).isZero();
    assertThat(lag.oldestWaiting()).isEmpty();
  }

  @Test
  void seesWhatIsOnTheWayThroughTheRepartitionTopic() {
    pipeline.rekey(pipeline.send("a", "one"));

    UnreadPartition raw = lagOf(cluster.dataset().preprocessGroup(), "crowdsourced");
    UnreadPartition onTheWay = lagOf(cluster.dataset().preprocessGroup(), "repartition");

    assertThat(raw.waiting()).isZero();
    assertThat(onTheWay.waiting()).isPositive();
  }

  @Test
  void countsLinksThatNobodyHasFetched() {
    TestCluster.send(
        cluster,
        TestCluster.record(
            cluster.topics().links(),
            null,
            "example.org",
            PairLink.newBuilder().setUrl("https://example.org/owl.jpg").build()));

    assertThat(lagOf(cluster.dataset().fetchGroup(), ".links").waiting()).isEqualTo(1);
  }

  private UnreadPartition lagOf(String group, String topic) {
    return new ReadLag(cluster, Clock.systemUTC())
        .read().stream()
            .filter(lag -> lag.group().equals(group) && lag.topic().endsWith(topic))
            .findFirst()
            .orElseThrow();
  }
}
