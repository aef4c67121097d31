package io.pairstream.chaos.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.chaos.load.SeededLoad;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.chaos.verify.PlayedHistory.Played;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(1800)
class LiveReaderTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final Duration SOON = Duration.ofMinutes(4);

  private final ClusterAccess access = KAFKA.dataset(2);
  private final Cluster cluster =
      new Cluster(
          KAFKA.bootstrapServers(),
          access.registry().addresses(),
          access.dataset(),
          Map.of(),
          Map.of());
  private final SeededLoad load = new SeededLoad(6);
  private PlayedHistory history;
  private LiveReader live;

  @BeforeEach
  void start() {
    history = new PlayedHistory(access, new SentLedger());
    live = LiveReader.start(cluster);
  }

  @AfterEach
  void close() {
    live.close();
    history.close();
  }

  @Test
  void noticesARawRecordThatIsNamedAgain() throws InterruptedException {
    Played twice = history.send(load.at(0));
    history.publish(twice, PairStatus.TRAINING);
    assertThat(live.awaitOutputs(1, SOON)).isTrue();
    assertThat(live.repeated()).isEmpty();

    TestCluster.send(access, history.published(twice, PairStatus.TEST));
    assertThat(live.awaitOutputs(2, SOON)).isTrue();

    assertThat(live.repeated())
        .singleElement()
        .satisfies(
            sentence ->
                assertThat(sentence)
                    .startsWith(twice.at() + " came again as " + access.topics().test().name()));
  }

  @Test
  void doesNotSeeWhatIsAborted() throws InterruptedException {
    Played pair = history.send(load.at(0));
    TestCluster.sendInVain(access, history.published(pair, PairStatus.TRAINING));
    history.publish(pair, PairStatus.TRAINING);
    assertThat(live.awaitOutputs(1, SOON)).isTrue();

    assertThat(live.awaitOutputs(2, Duration.ofSeconds(1))).isFalse();
    assertThat(live.repeated()).isEmpty();
  }

  @Test
  void saysWhetherOutputsHaveComeOfEachRawPartition() throws InterruptedException {
    Instant before = Instant.now().minusMillis(1);
    Set<TopicPartition> hit = new HashSet<>();
    long sent = 0;
    // Two topics of two partitions each.
    while (hit.size() < 4) {
      assertThat(live.cameOfEachSince(before)).isFalse();
      Played pair = history.send(load.at(sent++));
      hit.add(new TopicPartition(pair.origin().getTopic(), pair.origin().getPartition()));
      history.publish(pair, PairStatus.TRAINING);
      assertThat(live.awaitOutputs(sent, SOON)).isTrue();
    }

    assertThat(live.cameOfEachSince(before)).isTrue();
    assertThat(live.cameOfEachSince(Instant.now().plusMillis(1))).isFalse();
  }
}
