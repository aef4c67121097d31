package io.pairstream.service.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.testing.Await;
import io.pairstream.testing.EmbeddedKafka;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class TopicTableTest {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  @TempDir Path folder;
  private TestDataset cluster;
  private String topic;

  @BeforeEach
  void createTopics() {
    cluster = KAFKA.dataset(3, TopicCatalogue.UPLOADS);
    topic = cluster.topics().uploads().name();
  }

  @Test
  void holdsTheLastValueOfEachKey() {
    send("a", "1");
    send("b", "1");
    send("a", "2");
    send("b", null);

    // Time stands still, so that no broker is late with an answer.
    Clock now = Clock.fixed(Instant.now(), ZoneOffset.UTC);
    try (TopicTable view = open(new LastOfEachKey(topic), now)) {
      view.caughtUp().join();

      assertThat(get(view, "a")).contains("2");
      assertThat(get(view, "b")).isEmpty();
      assertThat(get(view, "c")).isEmpty();
      assertThat(view.isCaughtUp()).isTrue();
      assertThat(view.trouble()).isEmpty();
    }
  }

  @Test
  void recordBehindAnOpenTransactionIsMissingAndKnownToBeSo() {
    try (TopicTable view = open();
        KafkaProducer<byte[], byte[]> open = cluster.producer("-open")) {
      view.caughtUp().join();
      open.beginTransaction();
      RecordMetadata before =
          TestDataset.acknowledged(
              open.send(new ProducerRecord<>(topic, 0, bytes("other"), bytes("held up"))));
      cluster.send(new ProducerRecord<>(topic, before.partition(), bytes("key"), bytes("behind")));

      view.reachedNow().join();
      assertThat(get(view, "key")).isEmpty();
      CompletableFuture<Void> all = view.reachedAllWritten();
      assertThat(all).isNotDone();

      open.commitTransaction();
      all.join();
      assertThat(get(view, "key")).contains("behind");
    }
  }

  @Test
  void countsNothingTwiceWhereItStopsInTheMiddle() {
    for (int i = 0; i < 300; i++) {
      send("key " + i % 3, "anything");
    }
    AtomicInteger left = new AtomicInteger(100);
    Aggregate stopping =
        new Changed(new Counted(topic)) {
          @Override
          public void apply(ConsumerRecord<byte[], byte[]> record, Database table) {
            super.apply(record, table);
            if (left.decrementAndGet() == 0) {
              throw new IllegalStateException("in the middle");
            }
          }
        };

    try (TopicTable view = open(stopping)) {
      view.caughtUp().join();

      assertThat(left.get()).as("some were taken again").isLessThan(-200);
      assertThat(view.read(Counted::sum)).isEqualTo(300);
    }
  }

  @Test
  void copyThatMissedTombstonesIsMadeAgain() throws Exception {
    send("key", "early");
    try (TopicTable view = open()) {
      view.caughtUp().join();
    }
    for (int partition = 0; partition < 3; partition++) {
      cluster.deleteBefore(new TopicPartition(topic, partition), -1);
    }
    send("other", "late");

    Clock aWeekLater = Clock.offset(Clock.systemUTC(), Duration.ofDays(7));
    try (TopicTable view = open(new LastOfEachKey(topic), aWeekLater)) {
      view.caughtUp().join();

      assertThat(get(view, "key")).isEmpty();
      assertThat(get(view, "other")).contains("late");
    }
  }

  @Test
  void anotherVersionIsMadeAgain() {
    send("key", "value");
    try (TopicTable view = open()) {
      view.caughtUp().join();
    }
    Aggregate next =
        new Changed(new LastOfEachKey(topic)) {
          @Override
          public String version() {
            return "2";
          }

          @Override
          public void apply(ConsumerRecord<byte[], byte[]> record, Database table) {
            super.apply(record, table);
            table.update("UPDATE entry SET key = 'new ' || key");
          }
        };

    try (TopicTable view = open(next)) {
      view.caughtUp().join();

      assertThat(get(view, "key")).isEmpty();
      assertThat(get(view, "new key")).contains("value");
    }
  }

  @Test
  void folderOfARunningViewIsRefused() {
    try (TopicTable view = open()) {
      view.caughtUp().join();
      assertThatThrownBy(this::open)
          .isInstanceOf(ViewStorageException.class)
          .hasMessageContainingAll(folder.toString(), "each running instance needs one of its own");
    }
  }

  @Test
  void saysThatTheDiskFailsWithoutThePathsOfThisMachine() {
    send("key", "value");
    Aggregate failing =
        new Changed(new LastOfEachKey(topic)) {
          @Override
          public void apply(ConsumerRecord<byte[], byte[]> record, Database table) {
            throw new ViewStorageException("/srv/state/table.db cannot be opened: full", null);
          }
        };

    try (TopicTable view = open(failing)) {
      awaitTrouble(view);

      assertThat(view.trouble().orElseThrow())
          .isEqualTo(
              "the table of "
                  + topic
                  + " cannot be followed: this machine's disk fails, and the service's log says"
                  + " how");
    }
  }

  @Test
  void waitsForATopicThatIsNotThereYet() {
    TestDataset later = KAFKA.emptyDataset();
    topic = later.topics().uploads().name();
    try (TopicTable view = open()) {
      awaitTrouble(view);
      assertThat(view.isCaughtUp()).isFalse();

      try (Admin admin = later.admin()) {
        KafkaAnswers.await(admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all());
      }

      view.caughtUp().join();
      assertThat(view.isCaughtUp()).isTrue();
    }
  }

  @Test
  void namesTheTopicThatIsMissingAndNoOther() {
    String missing = cluster.dataset().topic(TopicCatalogue.RECEIPTS);
    Aggregate ofBoth =
        new Changed(new LastOfEachKey(topic)) {
          @Override
          public List<String> topics() {
            return List.of(topic, missing);
          }
        };

    try (TopicTable view = open(ofBoth)) {
      awaitTrouble(view);

      assertThat(view.trouble().orElseThrow())
          .endsWith(
              "topic %s does not exist; run: pairstream topics create --dataset %s"
                  .formatted(missing, cluster.dataset().name()));
    }
  }

  @Test
  void goesOnAfterTheBrokerWasAway(@TempDir Path brokerFolder) throws Exception {
    try (EmbeddedKafka own = new EmbeddedKafka(brokerFolder)) {
      Map<String, Object> settings = Map.copyOf(own.clientSettings());
      try (Admin admin = Admin.create(settings)) {
        admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get();
      }
      Instant began = Instant.now();
      // Time stands still while the broker is there, so that it is late with no answer.
      AtomicReference<Clock> clock = new AtomicReference<>(Clock.fixed(began, ZoneOffset.UTC));
      InstantSource following = () -> clock.get().instant();
      try (TopicTable view =
          TopicTable.open(
              new LastOfEachKey(topic),
              folder,
              own.clientSettings(),
              following.withZone(ZoneOffset.UTC))) {
        view.caughtUp().join();
        assertThat(view.staleSince()).isEmpty();
        sendTo(own, "before");
        awaitEnds(view);

        own.stop();
        // Too short a time for the view to ask for more than the logs' ends, and to fail.
        clock.set(Clock.fixed(began.plusSeconds(30), ZoneOffset.UTC));
        assertThat(view.trouble().orElseThrow())
            .matches(
                "the table of .* is as of \\d\\d:\\d\\d:\\d\\d UTC: the broker does not answer");
        assertThat(view.staleSince()).contains(began);
        assertThat(get(view, "key")).contains("before");
        own.restart();
        clock.set(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1)));
        Await.until(() -> view.trouble().isEmpty());
        Await.until(() -> view.staleSince().isEmpty());
        sendTo(own, "after");

        awaitEnds(view);
        assertThat(get(view, "key")).contains("after");
      }
    }
  }

  /** Beside a consumer with Kafka's own settings, which asks for records twice a second. */
  @Test
  void asksAnIdleTopicLessOftenThanKafkasOwnConsumer() throws Exception {
    Map<String, Object> settings = new HashMap<>(cluster.clientSettings());
    settings.put("client.id", "idle");
    try (TopicTable view =
            TopicTable.open(new LastOfEachKey(topic), folder, settings, Clock.systemUTC());
        KafkaConsumer<byte[], byte[]> usual = cluster.consumer()) {
      view.caughtUp().join();
      usual.assign(List.of(new TopicPartition(topic, 0)));
      double before = fetches("client-id=idle");

      for (int polls = 0; polls < 8; polls++) {
        double fetched = fetches(usual.metrics());
        while (fetches(usual.metrics()) == fetched) {
          usual.poll(Duration.ofMillis(100));
        }
      }

      assertThat(fetches("client-id=idle") - before).isLessThan(5);
      RecordMetadata sent = send("key", "value");
      view.reachedNow().join();
      assertThat(get(view, "key")).as("offset %s", sent.offset()).contains("value");
    }
  }

  private static double fetches(Map<MetricName, ? extends Metric> metrics) {
    return metrics.entrySet().stream()
        .filter(metric -> metric.getKey().name().equals("fetch-total"))
        .mapToDouble(metric -> (double) metric.getValue().metricValue())
        .sum();
  }

  private static double fetches(String client) throws JMException {
    return (double)
        ManagementFactory.getPlatformMBeanServer()
            .getAttribute(
                new ObjectName("kafka.consumer:type=consumer-fetch-manager-metrics," + client),
                "fetch-total");
  }

  private TopicTable open() {
    return open(new LastOfEachKey(topic));
  }

  private TopicTable open(Aggregate plan) {
    return open(plan, Clock.tick(Clock.system(ZoneOffset.UTC), Duration.ofMillis(1)));
  }

  private TopicTable open(Aggregate plan, Clock clock) {
    return TopicTable.open(plan, folder, cluster.clientSettings(), clock);
  }

  private RecordMetadata send(String key, String value) {
    return cluster.send(
        new ProducerRecord<>(topic, bytes(key), value == null ? null : bytes(value)));
  }

  private void sendTo(EmbeddedKafka own, String value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.copyOf(own.clientSettings()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, bytes("key"), bytes(value))).get();
    }
  }

  private static void awaitTrouble(TopicTable view) {
    while (view.trouble().isEmpty()) {
      Await.pause();
    }
  }

  /** The broker may not say yet where its log ends. */
  private static void awaitEnds(TopicTable view) {
    while (true) {
      try {
        view.reachedNow().join();
        return;
      } catch (CompletionException e) {
        Await.pause();
      }
    }
  }

  private static Optional<String> get(TopicTable view, String key) {
    return view.read(table -> LastOfEachKey.get(table, key)).map(v -> new String(v, UTF_8));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** Another one that is the same but for what is overridden. */
  private abstract static class Changed implements Aggregate {

    private final Aggregate same;

    Changed(Aggregate same) {
      this.same = same;
    }

    @Override
    public String name() {
      return same.name();
    }

    @Override
    public List<String> topics() {
      return same.topics();
    }

    @Override
    public List<String> schema() {
      return same.schema();
    }

    @Override
    public void apply(ConsumerRecord<byte[], byte[]> record, Database table) {
      same.apply(record, table);
    }
  }
}
