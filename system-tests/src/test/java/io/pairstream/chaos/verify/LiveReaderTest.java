package io.pairstream.chaos.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.chaos.load.SeededLoad;
import io.pairstream.chaos.load.SentLedger;
import io.pairstream.chaos.verify.PlayedHistory.Played;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Standing;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.Cluster;
import io.pairstream.system.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(1800)
class LiveReaderTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final Duration SOON = Duration.ofMinutes(4);

  @TempDir private Path folder;

  private final ClusterAccess access = KAFKA.dataset(2);
  private final Cluster cluster =
      new Cluster(
          KAFKA.bootstrapServers(),
          access.registry().addresses(),
          access.dataset(),
          Map.of(),
          Map.of());
  private final SeededLoad load = new SeededLoad(6);
  private final AtomicLong inputs = new AtomicLong();
  private SentLedger ledger;
  private PlayedHistory history;
  private LiveReader live;

  @BeforeEach
  void start() throws IOException {
    ledger = SentLedger.create(folder.resolve("ledger.jsonl"), access.dataset(), load.seed());
    history = new PlayedHistory(access, ledger);
    live = LiveReader.start(cluster, inputs::get);
  }

  @AfterEach
  void close() {
    live.close();
    history.close();
    ledger.close();
  }

  @Test
  void saysWhenTheFirstOutputOfAPartitionCame() throws InterruptedException {
    Played first = history.send(load.at(0));
    history.publish(first, Standing.TRAINING);
    assertThat(live.awaitOutputs(1, SOON)).isTrue();
    Instant between = live.outputs().firstAfter(Instant.EPOCH, Set.of()).orElseThrow();
    Played second = history.send(load.at(1));
    history.reject(second, "IMAGE_DAMAGED");
    assertThat(live.awaitOutputs(2, SOON)).isTrue();

    Instant after = live.outputs().firstAfter(between, Set.of()).orElseThrow();
    assertThat(after).isAfter(between);
    assertThat(live.outputs().firstAfter(between, Set.of(partitionOf(second)))).contains(after);
    assertThat(live.outputs().firstAfter(Instant.EPOCH, Set.of(partitionOf(first))))
        .contains(between);
    assertThat(live.outputs().firstAfter(after, Set.of())).isEmpty();
    assertThat(live.outputs().firstAfter(Instant.EPOCH, Set.of(new TopicPartition("other", 0))))
        .isEmpty();
  }

  @Test
  void noticesARawRecordThatIsNamedAgain() throws InterruptedException {
    Played twice = history.send(load.at(0));
    history.publish(twice, Standing.TRAINING);
    assertThat(live.awaitOutputs(1, SOON)).isTrue();
    assertThat(live.repeated()).isEmpty();

    TestCluster.send(access, history.published(twice, Standing.TEST));
    assertThat(live.awaitOutputs(2, SOON)).isTrue();

    assertThat(live.repeated())
        .singleElement()
        .satisfies(
            sentence ->
                assertThat(sentence)
                    .startsWith(twice.at() + " came again as " + access.topics().test().name()));
  }

  @Test
  void readsOnBehindARecordThatNamesAnOffsetFarAway() throws InterruptedException {
    Played pair = history.send(load.at(0));
    for (long more : new long[] {1L << 31, 1L << 32, 1L << 39}) {
      ProducerRecord<byte[], byte[]> far = history.published(pair, Standing.TRAINING);
      OriginHeader.write(
          far.headers(),
          new Origin(
              pair.origin().getTopic(),
              pair.origin().getPartition(),
              pair.origin().getOffset() + more));
      TestCluster.send(access, far);
    }
    history.publish(pair, Standing.TRAINING);

    assertThat(live.awaitOutputs(4, SOON)).isTrue();
    assertThat(live.repeated()).isEmpty();
  }

  @Test
  void doesNotSeeWhatIsAborted() throws InterruptedException {
    Played pair = history.send(load.at(0));
    TestCluster.sendInVain(access, history.published(pair, Standing.TRAINING));
    history.publish(pair, Standing.TRAINING);
    assertThat(live.awaitOutputs(1, SOON)).isTrue();

    assertThat(live.awaitOutputs(2, Duration.ofSeconds(1))).isFalse();
    assertThat(live.repeated()).isEmpty();
  }

  @Test
  void measuresHowLongInputsWaitForAnyOutput() throws InterruptedException {
    assertThat(live.awaitOutputs(1, Duration.ofSeconds(1))).isFalse();
    assertThat(live.longestStall().lasted()).isZero();

    inputs.set(1);
    Await.until(
        "the wait is noticed",
        SOON,
        () -> !live.longestStall().lasted().isZero(),
        live::longestStall);
    Duration waited = live.longestStall().lasted();

    history.publish(history.send(load.at(0)), Standing.TRAINING);
    assertThat(live.awaitOutputs(1, SOON)).isTrue();
    assertThat(live.longestStall().lasted()).isGreaterThanOrEqualTo(waited);
  }

  private static TopicPartition partitionOf(Played played) {
    return new TopicPartition(played.origin().getTopic(), played.origin().getPartition());
  }
}
