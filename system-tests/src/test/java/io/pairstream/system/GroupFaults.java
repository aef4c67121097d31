package io.pairstream.system;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.testing.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  private final RunningPlatform platform;
  private final DrawnPairs pairs = new DrawnPairs(7, 0.0);

  GroupFaults(RunningPlatform platform) {
    this.platform = platform;
  }

  /** Those that show within a look or two, and one that stays. */
  List<Fault> all() {
    return List.of(new StoppedInstance(), new Rewind(), new Deletion(), new Wedge());
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
      platform.awaitAllDecided();
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
