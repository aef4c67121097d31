package io.pairstream.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.feed.FeedSettings.End;
import io.pairstream.feed.FeedSettings.LastBatch;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Standing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PairFeedTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final int SIDE = 8;
  private static final int LENGTH = 4;
  private static final int PARTITIONS = 3;

  private final ClusterAccess cluster = KAFKA.dataset(PARTITIONS);
  private final FeedSource source =
      new FeedSource(
          cluster.dataset(), Standing.TRAINING, cluster.registry(), cluster.clientSettings());
  private int produced;

  @ParameterizedTest
  @ValueSource(strings = {"raw", "png"})
  void handsOutPixelsAndTokensInTheirShapes(String encoding) {
    produce(sample(0, encoding), sample(1, encoding), sample(2, encoding));

    try (PairFeed feed = PairFeed.open(source, settings(2));
        ReadyBatch batch = feed.next().orElseThrow()) {
      assertThat(batch.imageShape()).containsExactly(2, SIDE, SIDE, 3);
      assertThat(batch.tokenShape()).containsExactly(2, LENGTH);
      assertThat(batch.images().isDirect()).isTrue();
      assertThat(batch.images().order()).isEqualTo(ByteOrder.nativeOrder());
      assertThat(batch.tokens().isDirect()).isTrue();
      for (int i = 0; i < 2; i++) {
        int number = Integer.parseInt(batch.pairIds().get(i));
        assertThat(batch.captions().get(i)).isEqualTo("caption " + number);
        assertThat(batch.images().slice(i * SIDE * SIDE * 3, SIDE * SIDE * 3))
            .isEqualTo(ByteBuffer.wrap(new DrawnImage(SIDE, SIDE, number).pixels()));
        assertThat(batch.tokens().slice(i * LENGTH, LENGTH))
            .isEqualTo(IntBuffer.wrap(new int[] {number, number + 1, 50256, 50256}));
      }
    }
  }

  @Test
  void mixesJpegWithOtherEncodings() {
    produce(sample(0, "jpeg"), sample(1, "raw"), sample(2, "jpeg"));

    try (PairFeed feed = PairFeed.open(source, settings(3));
        ReadyBatch batch = feed.next().orElseThrow()) {
      assertThat(batch.size()).isEqualTo(3);
      ByteBuffer pixels = batch.images();
      for (int i = 0; i < 3; i++) {
        int red = pixels.get(i * SIDE * SIDE * 3) & 0xff;
        int number = Integer.parseInt(batch.pairIds().get(i));
        assertThat(red).isBetween(200 + number - 8, 200 + number + 8);
      }
    }
  }

  @Test
  void goesOnExactlyFromEveryBatchWithLiveRecordsInBetween() {
    produceMany(20);
    int cuts = 20 / 3;
    for (int cut = 0; cut <= cuts; cut++) {
      List<String> seen = new ArrayList<>();
      String stored;
      try (PairFeed feed = PairFeed.open(source, settings(3))) {
        for (int i = 0; i < cut; i++) {
          try (ReadyBatch batch = feed.next().orElseThrow()) {
            seen.addAll(batch.pairIds());
            assertThat(feed.position()).isEqualTo(batch.position());
          }
        }
        stored = feed.position().toJson();
      }
      produceMany(2);

      seen.addAll(everything(Optional.of(FeedPosition.parse(stored))));

      assertThat(seen).hasSize(produced).doesNotHaveDuplicates();
    }
  }

  @Test
  void countsWhatWasHandedOutAndNotWhatWasPrefetched() {
    produceMany(12);

    try (PairFeed feed = PairFeed.open(source, settings(2));
        ReadyBatch first = feed.next().orElseThrow();
        ReadyBatch second = feed.next().orElseThrow()) {
      List<String> later = everything(Optional.of(first.position()));

      assertThat(later).hasSize(10).containsAll(second.pairIds());
      assertThat(later).doesNotContainAnyElementsOf(first.pairIds());
    }
  }

  @Test
  void doesNotSeeAbortedTransactions() {
    produceMany(3);
    TestCluster.sendInVain(cluster, record(sample(999, "raw")));
    produceMany(3);

    assertThat(everything(Optional.empty())).hasSize(6).doesNotContain("999");
  }

  @Test
  void stepsOverTombstonesAndNamesThem() {
    ProducerRecord<byte[], byte[]> tombstone =
        TestCluster.record(cluster.topics().training(), 0, "gone", null);
    TestCluster.send(cluster, tombstone);
    produceOn(0, sample(0, "raw"));

    try (PairFeed feed = PairFeed.open(source, settings(1));
        ReadyBatch batch = feed.next().orElseThrow()) {
      assertThat(batch.pairIds()).containsExactly("0");
      assertThat(batch.withdrawnPairIds()).containsExactly("gone");
      assertThat(batch.position().offsets().get(0)).isEqualTo(2);
    }
  }

  @Test
  void keepsOrDropsALastBatchThatIsNotFull() {
    produceMany(5);

    assertThat(sizes(settings(3))).containsExactly(3, 2);
    assertThat(sizes(settings(3).lastBatch(LastBatch.DROP))).containsExactly(3);
  }

  @Test
  void endsAtOnceWhereThereIsNothing() {
    assertThat(sizes(settings(3))).isEmpty();
  }

  @Test
  void waitsForSamplesThatAreStillToCome() {
    try (PairFeed feed = PairFeed.open(source, settings(2).until(End.NEVER))) {
      produceMany(2);

      try (ReadyBatch batch = feed.next().orElseThrow()) {
        assertThat(batch.pairIds()).containsExactlyInAnyOrder("0", "1");
      }
      assertThat(feed.stats().samples()).isEqualTo(2);
      assertThat(feed.stats().dataWait()).isPositive();
    }
  }

  @Test
  void usesItsMemoryAgain() {
    produceMany(24);

    try (PairFeed feed = PairFeed.open(source, settings(2))) {
      ReadyBatch batch = feed.next().orElseThrow();
      batch.close();
      assertThatThrownBy(batch::images)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");

      for (int i = 0; i < 4; i++) {
        assertThat(feed.next()).isPresent();
      }
      assertThatThrownBy(feed::next)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("all 4 slots are held");
    }
  }

  @Test
  void refusesASampleOfAnotherSize() {
    PreparedPair wide = sample(0, "png");
    wide.setWidth(SIDE + 1);
    wide.setImage(ByteBuffer.wrap(new DrawnImage(SIDE, SIDE + 1, 0).encoded("png")));
    produceOn(1, wide);

    assertRefused("training-1-0: expected width in pixels 8, found 9");
  }

  @Test
  void refusesAnImageThatIsNotAsItsRecordSays() {
    PreparedPair lying = sample(0, "png");
    lying.setImage(ByteBuffer.wrap(new DrawnImage(SIDE, SIDE + 1, 0).encoded("png")));
    produceOn(1, lying);

    assertRefused("training-1-0: the png image is 9x8, expected 8x8");
  }

  @Test
  void refusesASampleWithOneTokenTooMany() {
    PreparedPair longer = sample(0, "raw");
    longer.setTokenIds(List.of(1, 2, 3, 4, 5));
    produceOn(2, longer);

    assertRefused("training-2-0: expected token ids 4, found 5");
  }

  @Test
  void refusesASampleOfAnotherSplit() {
    PreparedPair validation = sample(0, "raw");
    validation.setSplit("VALIDATION");
    produceOn(0, validation);

    assertRefused("training-0-0: expected split TRAINING, found VALIDATION");
  }

  @Test
  void handsOutTheBatchesBeforeARefusedSample() {
    produceOn(0, sample(0, "raw"));
    PreparedPair bad = sample(1, "raw");
    bad.setHeight(1);
    produceOn(0, bad);

    try (PairFeed feed = PairFeed.open(source, settings(1))) {
      try (ReadyBatch batch = feed.next().orElseThrow()) {
        assertThat(batch.pairIds()).containsExactly("0");
      }
      assertThatThrownBy(feed::next).isInstanceOf(RefusedSampleException.class);
      assertThatThrownBy(feed::next).isInstanceOf(RefusedSampleException.class);
    }
  }

  @Test
  void takesTheNumberOfTokensFromTheFirstSampleWhereNoneIsAskedFor() {
    produceOn(0, sample(0, "raw"));
    FeedSettings any = FeedSettings.ofBatches(1).side(SIDE).memory(2, 1).until(End.WHERE_LOG_ENDS);

    try (PairFeed feed = PairFeed.open(source, any);
        ReadyBatch batch = feed.next().orElseThrow()) {
      assertThat(batch.tokenShape()).containsExactly(1, LENGTH);
    }
  }

  @Test
  void refusesAPositionOfAnotherTopic() {
    FeedPosition own = start();

    assertPositionRefused(
        new FeedPosition("others.training", own.topicId(), own.offsets()),
        "is one of others.training, not of " + source.topic());
  }

  @Test
  void refusesAPositionOfATopicThatWasMadeAnew() {
    FeedPosition before = start();
    try (Admin admin = cluster.admin()) {
      ClusterAccess.await(admin.deleteTopics(Set.of(source.topic())).all());
      ClusterAccess.await(
          admin.createTopics(List.of(new NewTopic(source.topic(), PARTITIONS, (short) 1))).all());
    }

    assertPositionRefused(before, "it has been made anew");
  }

  @Test
  void refusesAPositionWhoseRecordsHaveLeftTheLog() {
    FeedPosition before = start();
    produceOn(1, sample(0, "raw"));
    produceOn(1, sample(1, "raw"));
    try (Admin admin = cluster.admin()) {
      // The broker deletes no records of a compacted topic.
      AlterConfigOp deletable =
          new AlterConfigOp(new ConfigEntry("cleanup.policy", "delete"), AlterConfigOp.OpType.SET);
      ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, source.topic());
      ClusterAccess.await(admin.incrementalAlterConfigs(Map.of(topic, List.of(deletable))).all());
      ClusterAccess.await(
          admin
              .deleteRecords(
                  Map.of(new TopicPartition(source.topic(), 1), RecordsToDelete.beforeOffset(2)))
              .all());
    }

    assertPositionRefused(before, "-1 begins at 2: 2 offsets behind the position have left");
  }

  @Test
  void refusesAPositionBeyondTheEnd() {
    FeedPosition start = start();
    TreeMap<Integer, Long> beyond = new TreeMap<>(start.offsets());
    beyond.put(2, 1L);

    assertPositionRefused(
        new FeedPosition(start.topic(), start.topicId(), beyond), "ends at 0, before");
  }

  @Test
  void refusesAPositionWithOtherPartitions() {
    FeedPosition start = start();

    assertPositionRefused(
        new FeedPosition(start.topic(), start.topicId(), new TreeMap<>(Map.of(0, 0L))),
        "has partitions [0]");
  }

  @Test
  void showsItsPositionToTheFeedGroup() {
    produceOn(0, sample(0, "raw"));
    produceOn(0, sample(1, "raw"));
    try (PairFeed feed = PairFeed.open(source, settings(1));
        ReadyBatch batch = feed.next().orElseThrow();
        Admin admin = cluster.admin()) {
      feed.commit();

      TopicPartition partition = new TopicPartition(source.topic(), 0);
      assertThat(ClusterAccess.committed(admin, cluster.dataset().feedGroup(), List.of(partition)))
          .containsEntry(partition, 1L);
      assertThat(batch.number()).isZero();
    }
  }

  private static FeedSettings settings(int batchSize) {
    return FeedSettings.ofBatches(batchSize).shape(SIDE, SIDE, LENGTH).until(End.WHERE_LOG_ENDS);
  }

  private FeedPosition start() {
    try (PairFeed feed = PairFeed.open(source, settings(1))) {
      return feed.position();
    }
  }

  private List<String> everything(Optional<FeedPosition> from) {
    List<String> seen = new ArrayList<>();
    try (PairFeed feed = PairFeed.open(source, settings(3), from)) {
      for (Optional<ReadyBatch> next = feed.next(); next.isPresent(); next = feed.next()) {
        try (ReadyBatch batch = next.get()) {
          seen.addAll(batch.pairIds());
        }
      }
    }
    return seen;
  }

  private List<Integer> sizes(FeedSettings settings) {
    List<Integer> sizes = new ArrayList<>();
    try (PairFeed feed = PairFeed.open(source, settings)) {
      for (Optional<ReadyBatch> next = feed.next(); next.isPresent(); next = feed.next()) {
        try (ReadyBatch batch = next.get()) {
          sizes.add(batch.size());
        }
      }
    }
    return sizes;
  }

  private void assertRefused(String message) {
    try (PairFeed feed = PairFeed.open(source, settings(1))) {
      assertThatThrownBy(feed::next)
          .isInstanceOf(RefusedSampleException.class)
          .hasMessageContaining(message);
    }
  }

  private void assertPositionRefused(FeedPosition position, String message) {
    assertThatThrownBy(() -> PairFeed.open(source, settings(1), Optional.of(position)))
        .isInstanceOf(PositionRefusedException.class)
        .hasMessageContaining(message);
  }

  /** Puts further samples on all partitions in turn, in transactions of three. */
  private void produceMany(int count) {
    try (KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, "-many")) {
      for (int i = 0; i < count; i += 3) {
        producer.beginTransaction();
        for (int j = i; j < Math.min(i + 3, count); j++) {
          TestCluster.acknowledged(producer.send(record(sample(produced, "raw"))));
          produced++;
        }
        producer.commitTransaction();
      }
    }
  }

  private void produce(PreparedPair... samples) {
    for (PreparedPair sample : samples) {
      TestCluster.send(cluster, record(sample));
    }
  }

  private void produceOn(int partition, PreparedPair sample) {
    TestCluster.send(
        cluster,
        TestCluster.record(cluster.topics().training(), partition, sample.getPairId(), sample));
  }

  private ProducerRecord<byte[], byte[]> record(PreparedPair sample) {
    int partition = Integer.parseInt(sample.getPairId()) % PARTITIONS;
    return TestCluster.record(cluster.topics().training(), partition, sample.getPairId(), sample);
  }

  private static PreparedPair sample(int number, String encoding) {
    byte[] image = new DrawnImage(SIDE, SIDE, number).encoded(encoding);
    return PreparedPair.newBuilder()
        .setPairId(String.valueOf(number))
        .setImage(ByteBuffer.wrap(image))
        .setImageEncoding(encoding)
        .setWidth(SIDE)
        .setHeight(SIDE)
        .setCaption("caption " + number)
        .setTokenIds(List.of(number, number + 1, 50256, 50256))
        .setSplit("TRAINING")
        .build();
  }
}
