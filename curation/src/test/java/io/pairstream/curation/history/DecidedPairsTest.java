package io.pairstream.curation.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.WaitingPair;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(900)
class DecidedPairsTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  @Test
  void countsWhatWasDecidedSinceTheBeginning() {
    ClusterAccess cluster = KAFKA.datasetOfAllTopics(1);
    try (PlayedPipeline pipeline = new PlayedPipeline(cluster)) {
      Sent earlier = pipeline.send("image", "published before");
      pipeline.accept(earlier, PairStatus.TRAINING);
      DecidedPairs judged = new DecidedPairs(cluster);
      Sent first = pipeline.send("image", "caption");
      pipeline.accept(first, PairStatus.TRAINING);
      pipeline.accept(pipeline.send("another", "caption"), PairStatus.VALIDATION);
      pipeline.reject(pipeline.send("small", "caption"), "IMAGE_TOO_SMALL");
      copy(pipeline, pipeline.send("image", "caption"), first, PairStatus.TRAINING);
      copy(pipeline, pipeline.send("image", "published before"), earlier, PairStatus.TRAINING);
      Sent superseded = pipeline.send("rescaled", "caption");
      pipeline.accept(superseded, PairStatus.TRAINING);
      pipeline.reject(superseded, "NEAR_COPY");

      DecidedPairs.Counts early = judged.count();
      DecidedPairs.Counts counts = judged.await(waiting -> {}, left -> {});

      assertThat(early).isEqualTo(counts);

      assertThat(counts.training()).isEqualTo(1);
      assertThat(counts.validation()).isEqualTo(1);
      assertThat(counts.test()).isZero();
      assertThat(counts.quarantine())
          .isEqualTo(Map.of("IMAGE_TOO_SMALL", 1L, "DUPLICATE_PAIR", 2L, "NEAR_COPY", 1L));
    }
  }

  @Test
  void countsNothingOfPairsThatCameBefore() {
    ClusterAccess cluster = KAFKA.datasetOfAllTopics(1);
    try (PlayedPipeline pipeline = new PlayedPipeline(cluster)) {
      Sent lifted = accepted(pipeline, "lifted");
      withdraw(pipeline, lifted);
      Sent withdrawn = accepted(pipeline, "withdrawn");
      withdraw(pipeline, withdrawn);
      Sent old = accepted(pipeline, "withdrawn meanwhile");
      Sent superseded = accepted(pipeline, "superseded meanwhile");
      DecidedPairs decided = new DecidedPairs(cluster);

      withdraw(pipeline, old);
      TestCluster.send(cluster, pipeline.receipt(superseded, PairStatus.QUARANTINED, "NEAR_COPY"));
      Sent back = pipeline.send("image", "lifted");
      pipeline.transaction(
          back,
          List.of(
              pipeline.receipt(
                  back, OriginHeader.text(lifted.origin()), lifted, PairStatus.WITHDRAWN, ""),
              pipeline.receipt(back, PairStatus.TRAINING, "")));
      copy(pipeline, pipeline.send("image", "withdrawn"), withdrawn, PairStatus.WITHDRAWN);
      Sent own = accepted(pipeline, "imported, and withdrawn");
      withdraw(pipeline, own);

      DecidedPairs.Counts counts = decided.await(waiting -> {}, left -> {});
      assertThat(counts.training()).isEqualTo(1);
      assertThat(counts.quarantine()).isEqualTo(Map.of("WITHDRAWN", 2L));
    }
  }

  private static Sent accepted(PlayedPipeline pipeline, String caption) {
    Sent sent = pipeline.send("image", caption);
    pipeline.accept(sent, PairStatus.TRAINING);
    return sent;
  }

  private static void withdraw(PlayedPipeline pipeline, Sent sent) {
    pipeline.transaction(sent, List.of(pipeline.receipt(sent, PairStatus.WITHDRAWN, "")));
  }

  /** A copy's receipt is that of the pair that stands. */
  private static void copy(PlayedPipeline pipeline, Sent copy, Sent stands, PairStatus status) {
    pipeline.transaction(
        copy, List.of(pipeline.receipt(copy, stands.pairId(), stands, status, "")));
  }

  @Test
  void endsOnceEveryRawPairIsCommittedByTheTopology() throws Exception {
    ClusterAccess cluster = KAFKA.datasetOfAllTopics(1);
    String group = cluster.dataset().preprocessGroup();
    TopicPartition raw = new TopicPartition(cluster.topics().crowdsourced().name(), 0);
    AtomicLong waits = new AtomicLong();
    try (PlayedPipeline pipeline = new PlayedPipeline(cluster)) {
      pipeline.send("image", "caption");
      pipeline.send("image", "another caption");
    }

    CompletableFuture<DecidedPairs.Counts> waiting =
        CompletableFuture.supplyAsync(
            () -> new DecidedPairs(cluster).await(waits::set, left -> {}));
    Await.until("both are said to wait", () -> waits.get() == 2);
    TestCluster.commit(cluster, group, raw, 1);
    assertThat(waiting).isNotDone();
    TestCluster.commit(cluster, group, raw, 2);

    assertThat(waiting.get(5, TimeUnit.MINUTES).total()).isZero();
  }

  @Test
  void waitsForPairsWhosePictureIsLookedUp() throws Exception {
    ClusterAccess cluster = KAFKA.datasetOfAllTopics(1);
    AtomicLong waits = new AtomicLong();
    try (PlayedPipeline pipeline = new PlayedPipeline(cluster)) {
      DecidedPairs decided = new DecidedPairs(cluster);
      Sent sent = pipeline.send("image", "caption");
      String key = sent.imageDigest() + "/" + OriginHeader.text(sent.origin());
      Topic<WaitingPair> topic = cluster.topics().waitingPairs();
      WaitingPair pair = WaitingPair.newBuilder().setOrigin(sent.origin()).build();
      pipeline.transaction(sent, List.of(TestCluster.record(topic, 0, key, pair)));

      CompletableFuture<DecidedPairs.Counts> waiting =
          CompletableFuture.supplyAsync(() -> decided.await(waits::set, left -> {}));
      Await.until("it is said to wait", () -> waits.get() == 1);
      assertThat(waiting).isNotDone();
      pipeline.transaction(
          sent,
          List.of(
              TestCluster.record(topic, 0, key, null),
              pipeline.receipt(sent, PairStatus.TRAINING, "")));

      assertThat(waiting.get(5, TimeUnit.MINUTES).training()).isEqualTo(1);
    }
  }
}
