package io.pairstream.feed.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.pairstream.feed.DrawnImage;
import io.pairstream.feed.ProducedPairs;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.source.FeedSource;
import io.pairstream.feed.source.WithdrawnPairs;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class PairFeedTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final int SIDE = ProducedPairs.SIDE;
  private static final int LENGTH = 4;
  private static final int PARTITIONS = 3;

  private final ClusterAccess cluster =
      KAFKA.dataset(PARTITIONS, TopicCatalogue.TRAINING, TopicCatalogue.TAKEDOWNS);
  private final FeedSource source = new FeedSource(cluster, PairStatus.TRAINING);
  private int produced;

  @ParameterizedTest
  @ValueSource(strings = {"raw", "png"})
  void handsOutPixelsAndTokensInTheirShapes(String encoding) {
    produce(sample(0, encoding), sample(1, encoding), sample(2, encoding));

    try (PairFeed feed = open(2)) {
      ReadyBatch batch = feed.next().orElseThrow();

      assertThat(batch.imageShape()).containsExactly(2, SIDE, SIDE, 3);
      assertThat(batch.tokenShape()).containsExactly(2, LENGTH);
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
  void goesOnExactlyFromEveryBatchWithLiveRecordsInBetween() {
    produceMany(20);
    int cuts = 20 / 3;
    for (int cut = 0; cut <= cuts; cut++) {
      List<String> seen = new ArrayList<>();
      String stored;
      try (PairFeed feed = open(3)) {
        for (int i = 0; i < cut; i++) {
          ReadyBatch batch = feed.next().orElseThrow();
          seen.addAll(batch.pairIds());
          assertThat(feed.position()).isEqualTo(batch.position());
        }
        stored = feed.position().toJson();
      }
      produceMany(2);

      seen.addAll(everything(FeedPosition.parse(stored)));

      assertThat(seen).hasSize(produced).doesNotHaveDuplicates();
    }
  }

  @Test
  void doesNotSeeAbortedTransactions() {
    produceMany(3);
    TestCluster.sendInVain(cluster, record(sample(999, "raw")));
    produceMany(3);

    assertThat(everything(null)).hasSize(6).doesNotContain("999");
  }

  @Test
  void stepsOverTombstonesAndNamesThem() {
    ProducerRecord<byte[], byte[]> tombstone =
        TestCluster.record(cluster.topics().training(), 0, "gone", null);
    TestCluster.send(cluster, tombstone);
    produceOn(0, sample(0, "raw"));

    try (PairFeed feed = open(1)) {
      ReadyBatch batch = feed.next().orElseThrow();

      assertThat(batch.pairIds()).containsExactly("0");
      assertThat(batch.withdrawnPairIds()).containsExactly("gone");
      assertThat(batch.position().offsets().get(0)).isEqualTo(2);
    }
  }

  @Test
  void forgetsAPairThatIsWithdrawnBeforeItsBatchIsFull() {
    produceOn(0, sample(0, "raw"));
    TestCluster.send(cluster, TestCluster.record(cluster.topics().training(), 0, "0", null));
    produceOn(0, sample(1, "raw"));

    assertThat(everything(null)).containsExactly("1");
  }

  @Test
  void refusesWhatIsNoPair() {
    TestCluster.send(
        cluster, new ProducerRecord<>(source.topic(), 1, new byte[] {'k'}, new byte[] {1, 2}));

    assertRefused(1, "training-1-0: no prepared pair");
  }

  /** As after a takedown whose tombstone stands behind a record that is not compacted away yet. */
  @Test
  void handsOutNoPairThatIsWithdrawnThoughItsRecordIsStillThere() {
    produceMany(4);
    FeedPosition second;
    try (PairFeed feed = open(1)) {
      ReadyBatch batch = feed.next().orElseThrow();
      second = batch.position();
    }
    List<String> rest = everything(second);
    new ProducedPairs(cluster, PARTITIONS).takeDown(TakedownKind.PAIR, rest.get(0));
    TestCluster.put(
        cluster,
        cluster.topics().takedowns(),
        RefusalKey.of(rest.get(1)),
        Takedown.newBuilder().setKind(RefusalKey.KIND).setSubject(rest.get(1)).build());

    assertThat(everything(second)).hasSize(2).isSubsetOf(rest.subList(1, 3));
    assertThat(everything(null)).hasSize(3).doesNotContain(rest.get(0));
    try (PairFeed feed = open(2)) {
      assertThat(feed.stats().takedowns()).isEqualTo(1);
    }
  }

  @Test
  void refusesADatasetWithoutATopicOfTakedowns() throws Exception {
    String takedowns = cluster.topics().takedowns().name();
    try (Admin admin = Admin.create(cluster.clientSettings())) {
      admin.deleteTopics(List.of(takedowns)).all().get();
      Await.until(() -> !admin.listTopics().names().get().contains(takedowns));
    }

    assertThatThrownBy(() -> open(1))
        .isInstanceOf(UnknownTopicOrPartitionException.class)
        .hasMessageContaining("there is no topic " + takedowns)
        .hasMessageContaining("topics create");
  }

  @Test
  void keepsALastBatchThatIsNotFull() {
    produceMany(5);

    assertThat(sizes(3)).containsExactly(3, 2);
    assertThat(sizes(6)).containsExactly(5);
  }

  @Test
  void waitsForSamplesThatAreStillToCome() {
    try (PairFeed feed = new PairFeed(source, new FeedSettings(2, SIDE, false), null)) {
      produceMany(2);

      ReadyBatch batch = feed.next().orElseThrow();
      assertThat(batch.pairIds()).containsExactlyInAnyOrder("0", "1");
      assertThat(feed.stats().samples()).isEqualTo(2);
      assertThat(feed.stats().dataWait()).isPositive();
    }
  }

  static Stream<Arguments> lies() {
    return Stream.of(
        arguments("is 5x4, expected 4x4", lie(pair -> pair.setImage(wide()))),
        arguments("expected width in pixels 4, found 5", lie(pair -> pair.setWidth(5))),
        arguments("token ids 4, found 5", lie(pair -> pair.setTokenIds(List.of(1, 2, 3, 4, 5)))),
        arguments("token count 5 of 4", lie(pair -> pair.setTokenCount(5))),
        arguments("split TRAINING, found TEST", lie(pair -> pair.setSplit("TEST"))),
        arguments("colour rgb, found hsv", lie(pair -> pair.setColour("hsv"))));
  }

  private static Consumer<PreparedPair> lie(Consumer<PreparedPair> change) {
    return change;
  }

  private static ByteBuffer wide() {
    return ByteBuffer.wrap(new DrawnImage(SIDE, SIDE + 1, 0).encoded("png"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void refusesASampleThatIsNotAsTheOthers(String message, Consumer<PreparedPair> lie) {
    produceOn(0, sample(0, "png"));
    PreparedPair lying = sample(1, "png");
    lie.accept(lying);
    produceOn(0, lying);

    assertRefused(2, message);
  }

  @Test
  void handsOutTheBatchesBeforeARefusedSample() {
    produceOn(0, sample(0, "raw"));
    PreparedPair bad = sample(1, "raw");
    bad.setHeight(1);
    produceOn(0, bad);

    try (PairFeed feed = open(1)) {
      ReadyBatch batch = feed.next().orElseThrow();
      assertThat(batch.pairIds()).containsExactly("0");
      assertThatThrownBy(feed::next).isInstanceOf(FeedRefusedException.class);
      assertThatThrownBy(feed::next).isInstanceOf(FeedRefusedException.class);
    }
  }

  @Test
  void masksPadding() {
    PreparedPair first = sample(0, "raw");
    first.setTokenCount(2);
    PreparedPair second = sample(1, "raw");
    second.setTokenCount(4);
    produceOn(0, first);
    produceOn(0, second);

    try (PairFeed feed = open(2)) {
      ReadyBatch batch = feed.next().orElseThrow();

      assertThat(batch.mask()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 1, 0, 0, 1, 1, 1, 1}));
    }
  }

  @Test
  void refusesAPositionThatIsNoneOfTheTopic() {
    FeedPosition own = start();
    TreeMap<Integer, Long> beyond = new TreeMap<>(own.offsets());
    beyond.put(2, 1L);

    assertPositionRefused(
        new FeedPosition("others.training", own.topicId(), own.offsets()),
        "is one of others.training, not of " + source.topic());
    assertPositionRefused(
        new FeedPosition(own.topic(), own.topicId(), beyond), "ends at 0, before");
    assertPositionRefused(
        new FeedPosition(own.topic(), own.topicId(), new TreeMap<>(Map.of(0, 0L))),
        "has partitions [0]");
  }

  @Test
  void refusesAPositionOfATopicThatWasMadeAnew() {
    FeedPosition before = start();
    makeAnew(source.topic());

    assertPositionRefused(before, "it has been made anew");
  }

  /**
   * Where the reading of takedowns breaks off for good, each pair from then on would be refused.
   */
  @Test
  void heedsTakedownsAgainWhereTheirTopicWasMadeAnew() throws Exception {
    ProducedPairs pairs = new ProducedPairs(cluster, PARTITIONS);
    pairs.takeDown(TakedownKind.PAIR, "0");
    try (WithdrawnPairs withdrawn = new WithdrawnPairs(source)) {
      assertThat(withdrawn.size()).isEqualTo(1);
      makeAnew(cluster.topics().takedowns().name());
      pairs.takeDown(TakedownKind.PAIR, "1");
      pairs.takeDown(TakedownKind.PAIR, "2");

      // A reader that goes on in the new topic where it was in the old one finds one of the two.
      Await.until(
          () ->
              withdrawn.holds(List.of(TakedownKind.PAIR.key("1")))
                  && withdrawn.holds(List.of(TakedownKind.PAIR.key("2"))));

      assertThat(withdrawn.size()).isEqualTo(2);
    }
  }

  private void makeAnew(String topic) {
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(admin.deleteTopics(Set.of(topic)).all());
      // The broker hears of it a moment after the controller. The test's time-out ends this.
      while (isThere(admin, topic)) {
        Await.pause();
      }
      KafkaAnswers.await(
          admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all());
    }
  }

  private static boolean isThere(Admin admin, String topic) {
    try {
      return !KafkaAnswers.await(admin.describeTopics(Set.of(topic)).allTopicNames()).isEmpty();
    } catch (UnknownTopicOrPartitionException e) {
      return false;
    }
  }

  @Test
  void refusesAPositionWhoseRecordsHaveLeftTheLog() {
    FeedPosition before = start();
    produceOn(1, sample(0, "raw"));
    produceOn(1, sample(1, "raw"));
    TestCluster.deleteBefore(cluster, new TopicPartition(source.topic(), 1), 2);

    assertPositionRefused(
        before, "-1 begins at 2: records behind the position, from 0 on, have left the log");
  }

  @Test
  void showsItsPositionToTheFeedGroup() throws Exception {
    produceOn(0, sample(0, "raw"));
    produceOn(0, sample(1, "raw"));
    try (PairFeed feed = open(1);
        Admin admin = cluster.admin()) {
      ReadyBatch batch = feed.next().orElseThrow();
      // Again where the broker is late: a run does not wait for it.
      Await.until(
          () -> {
            try {
              feed.commit();
              return true;
            } catch (KafkaException e) {
              return false;
            }
          });

      TopicPartition partition = new TopicPartition(source.topic(), 0);
      assertThat(
              ClusterAccess.committedAndSettled(
                  admin, cluster.dataset().feedGroup(), List.of(partition)))
          .containsEntry(partition, 1L);
      assertThat(batch.number()).isZero();
    }
  }

  private static FeedSettings settings(int batchSize) {
    return new FeedSettings(batchSize, SIDE, true);
  }

  private PairFeed open(int batchSize) {
    return new PairFeed(source, settings(batchSize), null);
  }

  private FeedPosition start() {
    try (PairFeed feed = open(1)) {
      return feed.position();
    }
  }

  private List<String> everything(FeedPosition from) {
    try (PairFeed feed = new PairFeed(source, settings(3), from)) {
      return ProducedPairs.handedOut(feed).stream().flatMap(List::stream).toList();
    }
  }

  private List<Integer> sizes(int batchSize) {
    try (PairFeed feed = open(batchSize)) {
      return ProducedPairs.handedOut(feed).stream().map(List::size).toList();
    }
  }

  private void assertRefused(int batchSize, String message) {
    try (PairFeed feed = open(batchSize)) {
      assertThatThrownBy(feed::next)
          .isInstanceOf(FeedRefusedException.class)
          .hasMessageContaining(message);
    }
  }

  private void assertPositionRefused(FeedPosition position, String message) {
    assertThatThrownBy(() -> new PairFeed(source, settings(1), position))
        .isInstanceOf(FeedRefusedException.class)
        .hasMessageContaining(message);
  }

  /** Puts further samples on all partitions in turn, in transactions. */
  private void produceMany(int count) {
    new ProducedPairs(cluster, PARTITIONS).produce(produced, count);
    produced += count;
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
