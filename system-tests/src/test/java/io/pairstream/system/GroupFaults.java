package io.pairstream.system;

import io.pairstream.drawing.DrawnPairs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Faults of groups on a platform: of its own preprocessing, and of groups beside it. */
final class GroupFaults {

  private static final Duration SOON = Duration.ofMinutes(4);

  private final RunningPlatform platform;
  private final DrawnPairs pairs = new DrawnPairs(7, 0.0);

  GroupFaults(RunningPlatform platform) {
    this.platform = platform;
  }

  /** Those that show within a look or two, and one that stands. */
  List<Fault> quick() {
    return List.of(new StoppedInstance(), new Rewind(), new Deletion(), new Wedge());
  }

  /** Those that can be done at once. */
  List<Fault> all() {
    List<Fault> all = new ArrayList<>(quick());
    all.addAll(
        List.of(new PoisonPartition(), new Departure(), new Retention(), new OpenTransaction()));
    return all;
  }

  /** What is done to preprocessing when nothing else is. */
  Fault slowWorker() {
    return new SlowWorker();
  }

  /** The preprocessing service is frozen while pairs come in. */
  private final class StoppedInstance extends Fault {

    StoppedInstance() {
      // Its membership ends after a while.
      super(
          platform.cluster().dataset().preprocessGroup(),
          new Expected(
              "an instance is stopped (`kill -STOP`)",
              Set.of("STALL", "STOP"),
              List.of("crowdsourced", "waiting")));
    }

    @Override
    void prepare() {
      platform.publish(pairs, 0, 20);
      platform.awaitAllDecided(SOON);
    }

    @Override
    void inject() throws Exception {
      Signals.send("STOP", platform.pid("preprocess"));
      platform.publish(pairs, 20, 60);
    }

    @Override
    void end() throws Exception {
      Signals.send("CONT", platform.pid("preprocess"));
    }
  }

  /** The image workers have a tenth of the time. */
  private final class SlowWorker extends Fault {

    private static final int PAIRS = 2_000;

    private final Thread brake = new Thread(this::brake, "brake");
    private volatile boolean ended;

    SlowWorker() {
      super(
          platform.cluster().dataset().preprocessGroup(),
          new Expected(
              "slow image workers (frozen 9/10 of the time)",
              Set.of("BEHIND"),
              List.of("is behind", "records wait")));
    }

    @Override
    void prepare() {
      platform.awaitAllDecided(SOON);
    }

    @Override
    void inject() {
      brake.start();
      platform.publish(pairs, 100, 100 + PAIRS);
    }

    private void brake() {
      try {
        while (!ended) {
          List<Long> workers = platform.imageWorkers().stream().map(ProcessHandle::pid).toList();
          var unused = Signals.sendToAny("STOP", workers);
          TimeUnit.MILLISECONDS.sleep(900);
          unused = Signals.sendToAny("CONT", workers);
          TimeUnit.MILLISECONDS.sleep(100);
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    void end() throws Exception {
      ended = true;
      brake.join();
    }
  }

  /** A group beside the platform's own, on a topic of its own. */
  private abstract class OnOwnTopic extends Fault {

    final String name;
    final TopicPartition partition;

    OnOwnTopic(String name, Expected expected) {
      super(name + "-readers", expected);
      this.name = name;
      this.partition = new TopicPartition(name, 0);
    }

    void create(int partitions, Map<String, String> settings) throws Exception {
      try (Admin admin = Admin.create(settings())) {
        NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(settings);
        var unused = admin.createTopics(List.of(topic)).all().get();
      }
    }

    void commit(long offset) throws Exception {
      try (Admin admin = Admin.create(settings())) {
        var unused =
            admin
                .alterConsumerGroupOffsets(
                    group(), Map.of(partition, new OffsetAndMetadata(offset)))
                .all()
                .get();
      }
    }

    KafkaConsumer<byte[], byte[]> member() {
      Map<String, Object> settings = new HashMap<>(settings());
      settings.put("group.id", group());
      settings.put("enable.auto.commit", false);
      settings.put("auto.offset.reset", "earliest");
      KafkaConsumer<byte[], byte[]> member =
          new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      member.subscribe(List.of(name));
      Await.until(
          "the member has its partitions",
          SOON,
          () -> {
            member.poll(Duration.ofMillis(100));
            return !member.assignment().isEmpty();
          },
          member::assignment);
      return member;
    }
  }

  private final class Rewind extends OnOwnTopic {

    Rewind() {
      super(
          "again",
          new Expected(
              "a group is set back", Set.of("REWIND"), List.of("again-0 went back from 20 to 3")));
    }

    @Override
    void prepare() throws Exception {
      create(1, Map.of());
      send(partition, 20, Instant.now());
      commit(20);
    }

    @Override
    void inject() throws Exception {
      commit(3);
    }
  }

  private final class Deletion extends OnOwnTopic {

    Deletion() {
      super(
          "gone",
          new Expected(
              "records are deleted before they are read",
              Set.of("LOST"),
              List.of("gone-0: up to 7 records left the log")));
    }

    @Override
    void prepare() throws Exception {
      create(1, Map.of());
      send(partition, 20, Instant.now());
      commit(5);
    }

    @Override
    void inject() throws Exception {
      try (Admin admin = Admin.create(settings())) {
        var unused =
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(12))).all().get();
      }
    }
  }

  /** Its member is there and commits, but never another place. */
  private final class Wedge extends OnOwnTopic {

    private KafkaConsumer<byte[], byte[]> member;
    private boolean wedged;

    Wedge() {
      super(
          "wedged",
          new Expected(
              "a group commits the same place again and again",
              Set.of("STALL"),
              List.of("wedged-0 is stuck at offset 0")));
    }

    @Override
    void prepare() throws Exception {
      create(1, Map.of());
      member = member();
      goOn();
    }

    @Override
    void inject() {
      wedged = true;
    }

    @Override
    void goOn() {
      if (wedged) {
        send(partition, 5, Instant.now());
      }
      member.seekToBeginning(List.of(partition));
      member.poll(Duration.ofMillis(50));
      member.commitSync(Map.of(partition, new OffsetAndMetadata(0)));
    }

    @Override
    void end() {
      if (member != null) {
        member.close();
      }
    }
  }

  /** One record of one partition that its reader cannot get past; the others go on. */
  private final class PoisonPartition extends OnOwnTopic {

    private static final long POISON = 5;

    private KafkaConsumer<byte[], byte[]> member;
    private boolean poisoned;

    PoisonPartition() {
      super(
          "poisoned",
          new Expected(
              "a record on one of three partitions that its reader cannot get past",
              Set.of("STALL"),
              List.of("poisoned-1 is stuck at offset 5", "at the head: ")));
    }

    @Override
    void prepare() throws Exception {
      create(3, Map.of());
      member = member();
      sendEverywhere((int) POISON);
      goOn();
    }

    @Override
    void inject() {
      poisoned = true;
    }

    @Override
    void goOn() {
      if (poisoned) {
        sendEverywhere(1);
      }
      member.poll(Duration.ofMillis(50));
      TopicPartition second = new TopicPartition(name, 1);
      if (member.position(second) > POISON) {
        member.seek(second, POISON);
      }
      member.commitSync();
    }

    private void sendEverywhere(int records) {
      for (int i = 0; i < 3; i++) {
        send(new TopicPartition(name, i), records, Instant.now());
      }
    }

    @Override
    void end() {
      if (member != null) {
        member.close();
      }
    }
  }

  private final class Departure extends OnOwnTopic {

    private KafkaConsumer<byte[], byte[]> member;

    Departure() {
      super(
          "left",
          new Expected(
              "the last member leaves, and records come",
              Set.of("STOP"),
              List.of("left-0 is stuck at offset 10", "nobody reads it")));
    }

    @Override
    void prepare() throws Exception {
      create(1, Map.of());
      send(partition, 10, Instant.now());
      member = member();
      member.commitSync(Map.of(partition, new OffsetAndMetadata(10)));
    }

    @Override
    void inject() {
      member.close();
      send(partition, 10, Instant.now());
    }
  }

  /** What waits takes four times as long to read as the log keeps the first of it. */
  private final class Retention extends OnOwnTopic {

    private static final int RECORDS = 6_000;
    private static final int A_SECOND = 3;

    private Instant began = Instant.MAX;

    Retention() {
      super(
          "kept-briefly",
          new Expected(
              "retention is about to eat what waits",
              Set.of("AT_RISK"),
              List.of("kept-briefly-0: ", "the log drops the first of them in")));
    }

    @Override
    void prepare() throws Exception {
      create(1, Map.of("retention.ms", String.valueOf(Duration.ofHours(1).toMillis())));
      send(partition, 1, Instant.now());
      commit(1);
    }

    @Override
    void inject() {
      send(partition, RECORDS, Instant.now().minus(Duration.ofMinutes(50)));
      began = Instant.now();
    }

    @Override
    void goOn() throws Exception {
      if (began.isBefore(Instant.now())) {
        commit(1 + A_SECOND * Duration.between(began, Instant.now()).toSeconds());
      }
    }
  }

  private final class OpenTransaction extends OnOwnTopic {

    private KafkaProducer<byte[], byte[]> producer;

    OpenTransaction() {
      super(
          "held",
          new Expected(
              "a transaction is begun and never ended",
              Set.of("STALL"),
              List.of("held-0 is read up to 10, where a transaction", "--start-offset 10")));
    }

    @Override
    void prepare() throws Exception {
      create(1, Map.of());
      send(partition, 10, Instant.now());
      commit(10);
    }

    @Override
    void inject() {
      Map<String, Object> settings = new HashMap<>(settings());
      settings.put("transactional.id", name);
      settings.put("transaction.timeout.ms", 600_000);
      producer =
          new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
      producer.initTransactions();
      producer.beginTransaction();
      var unused = producer.send(new ProducerRecord<>(name, new byte[100]));
      producer.flush();
    }

    @Override
    void goOn() {
      if (producer != null) {
        send(partition, 1, Instant.now());
      }
    }

    @Override
    void end() {
      if (producer != null) {
        producer.abortTransaction();
        producer.close();
      }
    }
  }

  private void send(TopicPartition partition, int records, Instant at) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < records; i++) {
        var unused =
            producer.send(
                new ProducerRecord<>(
                    partition.topic(),
                    partition.partition(),
                    at.toEpochMilli(),
                    null,
                    new byte[100]));
      }
    }
  }

  private Map<String, Object> settings() {
    return Map.of("bootstrap.servers", platform.cluster().bootstrapServers());
  }
}
