package io.pairstream.operate.lag.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.HeadRecord;
import io.pairstream.operate.lag.Lag;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.operate.lag.judge.PartitionJudge;
import io.pairstream.operate.lag.watch.ClusterReader.GroupPlace;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LagWatcherTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  /** All groups are reported as services that always run. */
  private static final List<String> COUNTED = List.of("*");

  private final ClusterAccess cluster =
      KAFKA.dataset(
          1,
          TopicCatalogue.CROWDSOURCED,
          TopicCatalogue.TRAINING,
          TopicCatalogue.RECEIPTS,
          TopicCatalogue.LINKS,
          TopicCatalogue.FINGERPRINTS,
          TopicCatalogue.FINDINGS);
  private final TopicPartition raw = new TopicPartition(cluster.topics().crowdsourced().name(), 0);
  private Duration ahead = Duration.ZERO;
  private final InstantSource moved = () -> Instant.now().plus(ahead);
  private final Clock clock = moved.withZone(ZoneOffset.UTC);

  @AutoClose
  private final LagWatcher watcher =
      new LagWatcher(cluster, LagWatcher.INTERVAL, COUNTED, clock, report -> {}, id -> id);

  private LagReport lookLater() {
    ahead = ahead.plus(LagWatcher.INTERVAL);
    return watcher.look();
  }

  private PartitionLag later(String group, TopicPartition partition) {
    return of(lookLater(), group, partition);
  }

  /** Looks again where a look has not read all, as it may not within its time. */
  private PartitionLag look(
      String group, TopicPartition partition, Predicate<PartitionLag> isWhole) {
    await(() -> isWhole.test(of(watcher.look(), group, partition)));
    return of(watcher.latest(), group, partition);
  }

  private static PartitionLag of(LagReport report, String group, TopicPartition partition) {
    return report.group(group).orElseThrow().partitions().stream()
        .filter(
            lag ->
                lag.topic().equals(partition.topic()) && lag.partition() == partition.partition())
        .findFirst()
        .orElseThrow();
  }

  private String group(String name) {
    return cluster.dataset().name() + name;
  }

  private void send(TopicPartition to, int count) {
    try (KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, "")) {
      for (int i = 0; i < count; i++) {
        TestCluster.acknowledged(
            producer.send(new ProducerRecord<>(to.topic(), 0, new byte[] {'k'}, new byte[100])));
      }
    }
  }

  @Test
  void aFeedIsShownAndNotJudged() {
    String feed = cluster.dataset().feedGroup();
    TopicPartition training = new TopicPartition(cluster.topics().training().name(), 0);
    send(training, 10);
    TestCluster.commit(cluster, feed, training, 7);
    lookLater();
    TestCluster.commit(cluster, feed, training, 3); // a second run begins again

    for (int look = 0; look < 20; look++) {
      GroupLag reported = lookLater().group(feed).orElseThrow();
      assertThat(reported.decides()).isFalse();
      assertThat(reported.now().verdict()).isEqualTo(LagVerdict.OK);
      assertThat(reported.now().sentence().text())
          .startsWith("OK: " + feed + ": a trainer was last seen here; 7 records wait");
      assertThat(reported.now().catchUp().isNever()).isFalse();
    }
  }

  @Test
  void othersDecideNothing() {
    TestCluster.commit(cluster, group("-a"), raw, 0);
    TestCluster.commit(cluster, group("-b"), raw, 0);
    List<String> counted = List.of(group("-a"), cluster.dataset().name() + "-?");
    try (LagWatcher watch =
        new LagWatcher(cluster, LagWatcher.INTERVAL, counted, clock, report -> {}, id -> id)) {
      LagReport report = watch.look();

      assertThat(report.group(group("-a")).orElseThrow().decides()).isTrue();
      assertThat(report.group(group("-b")).orElseThrow().decides()).isFalse();
      assertThat(report.group(cluster.dataset().preprocessGroup()).orElseThrow().decides())
          .isTrue();
    }
  }

  @Test
  void faultOfALookIsSaidAndTheNextLookIsTaken() {
    AtomicBoolean broken = new AtomicBoolean(true);
    AtomicInteger reports = new AtomicInteger();
    try (LagWatcher looking =
        new LagWatcher(
            cluster,
            Duration.ofMillis(100),
            List.of(),
            Clock.systemUTC(),
            report -> {
              if (broken.get()) {
                throw new AssertionError("broken");
              }
              reports.incrementAndGet();
            },
            id -> id)) {
      looking.start();
      await(() -> looking.latest().trouble().orElse("").contains("broken"));

      broken.set(false);

      await(() -> reports.get() > 0);
      assertThat(looking.latest().trouble()).isEmpty();
    }
  }

  @Test
  void anIdlePartitionBehindATransactionHasNoLag() {
    try (PlayedPipeline pipeline = new PlayedPipeline(cluster)) {
      pipeline.accept(pipeline.send("a", "one"), PairStatus.TRAINING);
    }
    TopicPartition training = new TopicPartition(cluster.topics().training().name(), 0);
    TestCluster.commit(cluster, group("-reader"), training, 1);

    PartitionLag lag =
        look(group("-reader"), training, each -> each.now().records().equals(OptionalLong.of(0)));

    assertThat(lag.end()).isEqualTo(2);
    assertThat(lag.now().records()).hasValue(0);
    assertThat(lag.now().verdict()).isEqualTo(LagVerdict.OK);
    assertThat(lag.now().seconds()).hasValue(0);
  }

  @Test
  void countsWhatWaitsItsBytesItsAgeAndWhatIsAtTheHead() {
    Instant began = Instant.now();
    send(raw, 10);
    TestCluster.commit(cluster, group("-reader"), raw, 4);
    ahead = ahead.plus(Duration.ofMinutes(5));

    PartitionLag lag = look(group("-reader"), raw, each -> each.head().isPresent());

    double oldest = 300 + Duration.between(began, Instant.now()).toSeconds() + 1;
    assertThat(lag.committed()).hasValue(4);
    assertThat(lag.now().records()).hasValue(6);
    assertThat(lag.now().seconds().orElseThrow()).isBetween(300.0, oldest);
    assertThat(lag.now().bytes().orElseThrow()).isBetween(600L, 6_000L);
    HeadRecord head = lag.head().orElseThrow();
    assertThat(head.offset()).isEqualTo(4);
    assertThat(head.bytes()).isEqualTo(101);
    assertThat(head.key()).isEqualTo("k");
    assertThat(head.sentence().text()).isEqualTo("100 bytes that are no record of this topic");
    assertThat(lag.now().retentionSeconds().orElseThrow())
        .isBetween(Duration.ofDays(7).toSeconds() - oldest, Duration.ofDays(7).toSeconds() - 300.0);
  }

  @Test
  void aStuckGroupIsReportedWithThePictureAtItsHead() throws IOException {
    RawPair pair =
        RawPair.newBuilder()
            .setImage(ByteBuffer.wrap(png(40, 30)))
            .setCaption("an owl\u001b[31m\non a fence")
            .build();
    TestCluster.send(cluster, TestCluster.record(cluster.topics().crowdsourced(), 0, "d1", pair));
    TestCluster.commit(cluster, group("-reader"), raw, 0);
    watcher.look();
    for (int i = 0; i < 6; i++) {
      lookLater();
    }
    ahead = ahead.plus(LagWatcher.INTERVAL);

    PartitionLag lag = look(group("-reader"), raw, each -> each.head().isPresent());

    assertThat(lag.now().verdict()).isEqualTo(LagVerdict.STOP);
    assertThat(lag.now().sentence().text())
        .startsWith("STOP: " + raw + " is stuck at offset 0 for ")
        .contains("at the head: ", "PNG, 40x30");
    HeadRecord head = lag.head().orElseThrow();
    assertThat(head.mediaType()).isEqualTo("image/png");
    assertThat(head.width()).hasValue(40);
    assertThat(head.height()).hasValue(30);
    assertThat(head.caption()).isEqualTo("an owl [31m on a fence");
    assertThat(head.picture()).contains("/v1/pictures/" + raw.topic() + "/0/0");
  }

  @Test
  void whatATransactionHoldsBackIsNoLag() {
    send(raw, 3);
    TestCluster.commit(cluster, group("-reader"), raw, 3);
    try (KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, "-open")) {
      producer.beginTransaction();
      for (int i = 0; i < 4; i++) {
        TestCluster.acknowledged(
            producer.send(new ProducerRecord<>(raw.topic(), 0, null, new byte[10])));
      }
      watcher.look();

      ahead = ahead.plus(Duration.ofMinutes(2));
      PartitionLag lag =
          look(group("-reader"), raw, each -> each.now().records().equals(OptionalLong.of(0)));

      assertThat(lag.held()).isEqualTo(4);
      assertThat(lag.now().verdict()).isEqualTo(LagVerdict.STALL);
      assertThat(lag.now().sentence().text())
          .containsPattern(
              "is read up to 3, where a transaction of producer \\d+ \\("
                  + TestCluster.transactionalId(cluster, "-open")
                  + "\\) that has been open for")
          .contains("holds back 4 records from all consumers")
          .endsWith(
              "forceTerminateTransaction --transactionalId "
                  + TestCluster.transactionalId(cluster, "-open"));
      TestCluster.commit(cluster, group("-reader"), raw, 5);
      PartitionLag uncommitted = later(group("-reader"), raw);
      assertThat(uncommitted.now().verdict()).isEqualTo(LagVerdict.OK);
      assertThat(uncommitted.now().records()).as("of what is not committed").hasValue(2);
      producer.abortTransaction();
    }
    try (Admin admin = cluster.admin()) {
      TestCluster.awaitMarkers(admin, cluster, "-open");
    }
    TestCluster.commit(cluster, group("-reader"), raw, 7);
    ahead = ahead.plus(LagWatcher.INTERVAL);
    PartitionLag after =
        look(group("-reader"), raw, each -> each.now().records().equals(OptionalLong.of(0)));
    assertThat(after.held()).isZero();
  }

  @Test
  void aDeadInstanceIsNamedInPlaceOfTheRecordAtTheHead() {
    String preprocess = cluster.dataset().preprocessGroup();
    String thread = "-0a1b2c3d-0000-4000-8000-000000000001-1";
    TopicPartition training = new TopicPartition(cluster.topics().training().name(), 0);
    send(raw, 5);
    TestCluster.commit(cluster, preprocess, raw, 2);
    TestCluster.commit(cluster, group("-reader"), training, 0);
    try (LagWatcher watch =
            new LagWatcher(
                cluster,
                LagWatcher.INTERVAL,
                COUNTED,
                clock,
                report -> {},
                id -> id.equals(preprocess + thread) ? "host-7-abc" : "another");
        KafkaProducer<byte[], byte[]> dead =
            TestCluster.producer(cluster, "-preprocess" + thread)) {
      dead.beginTransaction();
      TestCluster.acknowledged(
          dead.send(new ProducerRecord<>(training.topic(), 0, new byte[] {'k'}, new byte[10])));
      for (int look = 0; look < 10; look++) {
        ahead = ahead.plus(LagWatcher.INTERVAL);
        watch.look();
      }

      String command =
          "kafka-transactions.sh --bootstrap-server %s forceTerminateTransaction --transactionalId %s"
              .formatted(KAFKA.bootstrapServers(), preprocess + thread);
      assertThat(of(watch.latest(), preprocess, raw).now().sentence().text())
          .startsWith("STOP: " + raw + " is stuck at offset 2 for ")
          .containsPattern(
              "; instance host-7-abc died with an open transaction: its partitions go on at"
                  + " \\d\\d:\\d\\d:\\d\\d UTC, or at once when an instance starts, or after: ")
          .endsWith(command)
          .doesNotContain("at the head");
      assertThat(of(watch.latest(), group("-reader"), training).now().sentence().text())
          .startsWith("STALL: " + training + " is read up to 0, where a transaction of producer ")
          .contains("from all consumers; instance host-7-abc died with an open transaction")
          .endsWith(command);

      dead.abortTransaction();
      ahead = ahead.plus(LagWatcher.INTERVAL);
      await(
          () ->
              of(watch.look(), preprocess, raw)
                  .now()
                  .sentence()
                  .text()
                  .contains("; at the head: "));
    }
  }

  @Test
  void linksThatAreFinishedOutOfOrderDoNotWait() {
    TopicPartition links = new TopicPartition(cluster.topics().links().name(), 0);
    send(links, 10);
    BitSet above = new BitSet();
    above.set(1, 8);
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(
          admin
              .alterConsumerGroupOffsets(
                  cluster.dataset().fetchGroup(),
                  Map.of(links, new OffsetAndMetadata(1, new FinishedOffsets(1, above).metadata())))
              .all());
    }

    PartitionLag lag = of(watcher.look(), cluster.dataset().fetchGroup(), links);

    assertThat(lag.committed()).hasValue(1);
    assertThat(lag.now().records()).hasValue(2);
  }

  @Test
  void aStuckIndexRaisesAPage() {
    String index = cluster.dataset().indexGroup();
    TopicPartition training = new TopicPartition(cluster.topics().training().name(), 0);
    send(training, 10);
    try (var alone =
        new LagWatcher(cluster, LagWatcher.INTERVAL, List.of(), clock, report -> {}, id -> id)) {
      assertThat(alone.look().group(index).orElseThrow().state()).isEqualTo(GroupLag.ABSENT);
      TestCluster.commit(cluster, index, training, 7);
      for (int look = 0; look < 20; look++) {
        ahead = ahead.plus(LagWatcher.INTERVAL);
        alone.look();
      }

      GroupLag reported = alone.latest().group(index).orElseThrow();
      assertThat(reported.decides()).isTrue();
      assertThat(reported.now().verdict()).isEqualTo(LagVerdict.STOP);
    }
  }

  @Test
  void whatLooksForNearCopiesIsReportedOnlyWhereItIsThere() {
    String lookUp = cluster.dataset().lookUpGroup();
    TopicPartition fingerprints = new TopicPartition(cluster.topics().fingerprints().name(), 0);
    TopicPartition findings = new TopicPartition(cluster.topics().findings().name(), 0);
    send(fingerprints, 3);
    send(findings, 2);
    LagReport before = watcher.look();

    TestCluster.commit(cluster, lookUp, fingerprints, 1);
    LagReport after = lookLater();

    String preprocess = cluster.dataset().preprocessGroup();
    assertThat(before.group(lookUp)).isEmpty();
    assertThat(before.group(preprocess).orElseThrow().partitions())
        .extracting(PartitionLag::topic)
        .doesNotContain(findings.topic());
    assertThat(after.group(lookUp).orElseThrow().decides()).isTrue();
    assertThat(of(after, lookUp, fingerprints).now().records()).hasValue(2);
    assertThat(of(after, preprocess, findings).end()).isEqualTo(2);
  }

  @Test
  void ourOwnGroupsAreReportedBeforeTheirFirstMember() {
    send(raw, 3);

    GroupLag preprocess = watcher.look().group(cluster.dataset().preprocessGroup()).orElseThrow();

    assertThat(preprocess.state()).isEqualTo(GroupLag.ABSENT);
    assertThat(preprocess.now().verdict()).isEqualTo(LagVerdict.UNKNOWN);
    assertThat(of(watcher.latest(), preprocess.group(), raw).committed()).isEmpty();
    assertThat(preprocess.now().sentence().text()).contains("never committed", "3 records");
    // One that may not be asked for keeps its partitions, and none of them is the worst.
    Map<TopicPartition, PartitionLog> logs = Map.of(raw, new PartitionLog(null));
    GroupWatch watch =
        new GroupWatch(
            "g",
            LagWatcher.INTERVAL,
            topic -> false,
            PartitionJudge.Role.OTHER,
            Duration.ZERO,
            "kafka-1:9092",
            (at, judge) -> {});
    logs.get(raw).note(0, 3, 3, 0);
    GroupLag known =
        watch.judge(Instant.EPOCH, place(Optional.empty()), List.of(raw), logs, List.of());
    GroupLag refused =
        watch.judge(clock.instant(), place(Optional.of("no")), List.of(raw), logs, List.of());
    assertThat(known.worstPartition()).contains(new GroupLag.WorstPartition(raw.topic(), 0));
    assertThat(refused.partitions()).isEqualTo(known.partitions());
    assertThat(refused.worstPartition()).isEmpty();
  }

  private static GroupPlace place(Optional<String> refused) {
    return new GroupPlace("g", "classic", "Empty", 0, false, Map.of(), Map.of(), Map.of(), refused);
  }

  @Tag("full")
  @Test
  void aGroupWithoutAKnownPositionStaysAsItWasUntilItIsSurelyGone() {
    List<String> names = List.of(cluster.dataset().preprocessGroup(), group("-reader"));
    Map<String, String> impatient = Map.of("default.api.timeout.ms", "1000");
    Cluster where = KAFKA.cluster(cluster, impatient);
    send(raw, 3);
    names.forEach(name -> TestCluster.commit(cluster, name, raw, 1));
    try (Admin admin = cluster.admin();
        LagWatcher watch =
            new LagWatcher(
                new ClusterAccess(where),
                LagWatcher.INTERVAL,
                COUNTED,
                clock,
                report -> {},
                id -> id)) {
      look(watch, 10);
      LagReport before = watch.latest();

      KAFKA.withoutLeaders("__consumer_offsets"::equals, () -> look(watch, 3));
      names.forEach(name -> assertThatItIsAsBefore(before, watch.latest(), name));
      KafkaAnswers.await(admin.deleteConsumerGroups(names).all());
      KAFKA.withoutLeaders("__consumer_offsets"::equals, () -> look(watch, 3));
      look(watch, 18);
      names.forEach(name -> assertThatItIsAsBefore(before, watch.latest(), name));
      look(watch, 1);

      assertThat(watch.latest().group(names.get(0)).orElseThrow().state()).isEqualTo(GroupLag.DEAD);
      assertThat(watch.latest().group(names.get(1))).isEmpty();
    }
  }

  private void look(LagWatcher watch, int looks) {
    for (int look = 0; look < looks; look++) {
      ahead = ahead.plus(LagWatcher.INTERVAL);
      watch.look();
    }
  }

  private static void assertThatItIsAsBefore(LagReport before, LagReport now, String name) {
    GroupLag was = before.group(name).orElseThrow();
    GroupLag is = now.group(name).orElseThrow();
    assertThat(is.now().verdict()).isEqualTo(LagVerdict.STOP);
    assertThat(is.now().since()).isEqualTo(was.now().since());
    assertThat(is.now().sentence().text())
        .startsWith(was.now().sentence().text() + "; not known since ");
    assertThat(is.partitions()).isEqualTo(was.partitions());
  }

  /** The later watcher begins within ten minutes, or long after: then the pace alone is known. */
  @ParameterizedTest
  @CsvSource({"20, true", "7200, false"})
  void aLaterWatcherKnowsWhatTheEarlierOneDid(long seconds, boolean isSoon, @TempDir Path folder) {
    send(raw, 100);
    String reader = group("-reader");
    var member = cluster.consumer(Map.of("group.id", reader));
    LagReport before;
    member.subscribe(List.of(raw.topic()));
    await(() -> member.poll(Duration.ofMillis(100)) != null && !member.assignment().isEmpty());
    try (LagHistory history = new LagHistory(folder);
        LagWatcher early =
            new LagWatcher(cluster, LagWatcher.INTERVAL, COUNTED, clock, report -> {}, id -> id)) {
      early.remember(history);
      // Commits every 40 s: three times that is no reason to worry, and 130 s are.
      for (int look = 0; look < 24; look++) {
        member.commitSync(Map.of(raw, new OffsetAndMetadata(look / 4)));
        look(early, 1);
      }
      look(early, isSoon ? 13 : 0);
      before = early.latest();
    }
    ahead = ahead.plusSeconds(seconds);
    try (LagHistory history = new LagHistory(folder);
        LagWatcher later =
            new LagWatcher(cluster, LagWatcher.INTERVAL, COUNTED, clock, report -> {}, id -> id)) {
      later.remember(history);
      look(later, isSoon ? 1 : 10);

      Lag was = of(before, reader, raw).now();
      Lag now = of(later.latest(), reader, raw).now();
      if (isSoon) {
        assertThat(was.verdict()).isEqualTo(LagVerdict.STALL);
        assertThat(now.verdict()).isEqualTo(LagVerdict.STALL);
        assertThat(now.since()).isCloseTo(was.since(), within(1, ChronoUnit.SECONDS));
      } else {
        assertThat(now.verdict()).as("100 s are usual").isNotEqualTo(LagVerdict.STALL);
      }
    }
    member.close();
  }

  /** Readers that commit so often between two looks, and go back 200 records at any of them. */
  @ParameterizedTest
  @CsvSource({"10, 1", "2, 2"})
  void whoGoesBackAndReadsOnBetweenTwoLooksIsReported(int commits, long seed) {
    send(raw, 1_000);
    RandomGenerator random = GeneratedTracesTest.random(seed);
    Map<String, Long> from = new HashMap<>();
    try (Admin admin = cluster.admin()) {
      for (int i = 0; i < 20; i++) {
        commit(admin, group("-back-" + i), 300 + i);
        commit(admin, group("-on-" + i), 300 + i);
      }
      lookLater();
      for (int i = 0; i < 20; i++) {
        long back = 300L + i;
        long on = 300L + i;
        int when = random.nextInt(commits - 1);
        for (int commit = 0; commit < commits; commit++) {
          on += random.nextInt(20);
          commit(admin, group("-on-" + i), on);
          if (commit == when) {
            from.put(group("-back-" + i), back);
            back -= 200;
          } else {
            back += commit < when ? random.nextInt(20) : 250;
          }
          commit(admin, group("-back-" + i), Math.min(1_000, back));
        }
      }
    }

    lookLater();

    for (int i = 0; i < 20; i++) {
      String group = group("-back-" + i);
      PartitionLag reported = of(watcher.latest(), group, raw);
      assertThat(reported.committed().orElseThrow()).isGreaterThan(from.get(group));
      assertThat(reported.now().sentence().text())
          .startsWith("REWIND: ")
          .contains(
              "went back from %d to %d".formatted(from.get(group), from.get(group) - 200),
              ": 200 records are read again");
      assertThat(of(watcher.latest(), group("-on-" + i), raw).now().verdict())
          .isNotEqualTo(LagVerdict.REWIND);
    }
  }

  @Test
  void whoHadNotReadWhatLeftTheLogHasLostIt() {
    send(raw, 20);
    TestCluster.commit(cluster, group("-reader"), raw, 5);
    lookLater();
    TestCluster.deleteBefore(cluster, raw, 12);

    PartitionLag reported = later(group("-reader"), raw);

    assertThat(reported.now().verdict()).isEqualTo(LagVerdict.LOST);
    assertThat(reported.now().sentence().text()).contains("up to 7 records left the log");
  }

  private void commit(Admin admin, String group, long offset) {
    KafkaAnswers.await(
        admin.alterConsumerGroupOffsets(group, Map.of(raw, new OffsetAndMetadata(offset))).all());
  }

  @Test
  void aCommitThatIsAbortedIsNoWayBack() {
    send(raw, 10);
    TestCluster.commit(cluster, group("-reader"), raw, 5);
    lookLater();
    try (KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, "-reader");
        var member = cluster.consumer(Map.of("group.id", group("-reader")))) {
      ConsumerGroupMetadata reader = member.groupMetadata();
      producer.beginTransaction();
      producer.sendOffsetsToTransaction(Map.of(raw, new OffsetAndMetadata(2)), reader);
      producer.abortTransaction();
      producer.beginTransaction();
      producer.sendOffsetsToTransaction(Map.of(raw, new OffsetAndMetadata(7)), reader);
      producer.commitTransaction();
    }

    await(() -> of(lookLater(), group("-reader"), raw).committed().orElse(0) == 7);

    assertThat(later(group("-reader"), raw).now().verdict()).isNotEqualTo(LagVerdict.REWIND);
  }

  /** The new log has fewer records than the old one, or more; a look comes in between or not. */
  @ParameterizedTest
  @CsvSource({"27, true", "27, false", "80, true", "80, false"})
  void aTopicThatWasMadeAnewIsReportedAsThat(int records, boolean looksInBetween) {
    String reader = group("-reader");
    send(raw, 50);
    TestCluster.commit(cluster, reader, raw, 45);
    lookLater();
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(admin.deleteTopics(List.of(raw.topic())).all());
      await(() -> ClusterAccess.existing(admin, Set.of(raw.topic())).isEmpty());
      NewTopic anew = new NewTopic(raw.topic(), 1, (short) 1);
      KafkaAnswers.await(admin.createTopics(List.of(anew)).all());
      await(() -> !ClusterAccess.existing(admin, Set.of(raw.topic())).isEmpty());
    }
    send(raw, records);
    // A reader that has not noticed yet.
    TestCluster.commit(cluster, reader, raw, 45);
    if (looksInBetween) {
      lookLater();
    }
    TestCluster.commit(cluster, reader, raw, 0);
    TestCluster.commit(cluster, reader, raw, 20);

    PartitionLag reported = later(reader, raw);

    assertThat(reported.now().sentence().text())
        .startsWith("UNKNOWN: " + raw + ": its topic was made anew, first seen ")
        .contains("; " + (records - 20) + " records wait");
    for (int look = 0; look < 10; look++) {
      assertThat(later(reader, raw).now().verdict()).isNotIn(LagVerdict.LOST, LagVerdict.REWIND);
    }
  }

  private static byte[] png(int width, int height) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", bytes);
    return bytes.toByteArray();
  }

  private static void await(BooleanSupplier condition) {
    Await.until("", condition::getAsBoolean, () -> "");
  }
}
