package io.pairstream.service.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.Cluster;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DeadInstancesTest {

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  private TestDataset dataset;
  private Admin admin;
  private String group;
  private TopicPartition output;
  private final List<Member> members = new ArrayList<>();

  @BeforeEach
  void dataset() {
    dataset = KAFKA.dataset(2, TopicCatalogue.LINKS, TopicCatalogue.SCRAPED);
    admin = dataset.admin();
    group = dataset.dataset().fetchGroup();
    output = new TopicPartition(dataset.topics().scraped().name(), 0);
  }

  @AfterEach
  void close() {
    members.forEach(Member::close);
    admin.close();
  }

  @Test
  void endsWhatAMemberThatLeftHasOpen() throws Exception {
    Member dead = new Member(UUID.randomUUID().toString(), "");
    Member alive = new Member(UUID.randomUUID().toString(), "");
    dead.writeWithoutAnEnd();
    dead.leave();

    try (DeadInstances watch = DeadInstances.watch(cluster(), List.of(group))) {
      assertThat(watch).isNotNull();
      alive.awaitAlone();
      Await.until("readers get past it", () -> stableEnd() == highWatermark());
    }

    assertThat(AbandonedTransaction.describe(admin, List.of(group))).isEmpty();
  }

  @Test
  void endsWhatIsOpenWhereNoMemberIsLeft() throws Exception {
    Member dead = new Member(UUID.randomUUID().toString(), "");
    dead.writeWithoutAnEnd();
    dead.leave();

    try (DeadInstances watch = DeadInstances.watch(cluster(), List.of(group))) {
      assertThat(watch).isNotNull();
      Await.until("readers get past it", () -> stableEnd() == highWatermark());
    }
  }

  @Test
  void saysWhatALeaverHoldsBackAndUntilWhen() {
    Member dead = new Member(UUID.randomUUID().toString(), "-2");
    Instant before = Instant.now();
    dead.writeWithoutAnEnd();
    dead.leave();

    List<AbandonedTransaction> found = AbandonedTransaction.describe(admin, List.of(group));

    assertThat(found).hasSize(1);
    assertThat(found.get(0).group()).isEqualTo(group);
    assertThat(found.get(0).transactionalId()).isEqualTo(dead.transactionalId);
    assertThat(found.get(0).partitions()).contains(output);
    assertThat(found.get(0).endsAt())
        .isAfterOrEqualTo(before.plus(TIMEOUT).minusSeconds(1))
        .isBefore(Instant.now().plus(TIMEOUT));
    assertThat(found.get(0).remedy("kafka:9092"))
        .isEqualTo(
            "kafka-transactions.sh --bootstrap-server kafka:9092 forceTerminateTransaction"
                + " --transactionalId "
                + dead.transactionalId);
  }

  /** How a test data set's producers are made. */
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  @Test
  void aMembersTransactionIsItsOwnAlsoWhileOthersJoin() {
    Member first = new Member(UUID.randomUUID().toString(), "");
    first.writeWithoutAnEnd();

    assertThat(find()).isEmpty();
    Member second = new Member(UUID.randomUUID().toString(), "-1");
    second.writeWithoutAnEnd();
    assertThat(find()).isEmpty();
  }

  @Test
  void endsNothingWhereAMembersClientIdDoesNotTellWhatIsIts() {
    Member dead = new Member(UUID.randomUUID().toString(), "");
    dead.writeWithoutAnEnd();
    Member nameless = new Member("consumer-1", "");
    dead.leave();

    assertThat(find()).isEmpty();

    nameless.leave();
    assertThat(find()).containsExactly(Map.entry(dead.transactionalId, group));
  }

  @Test
  void transactionsOfNoMembersAreNotItsMatter() {
    try (KafkaProducer<byte[], byte[]> rerun = dataset.producer("-fetch-by-hand")) {
      rerun.beginTransaction();
      TestDataset.acknowledged(rerun.send(record()));

      assertThat(find()).isEmpty();
      rerun.abortTransaction();
    }
  }

  private Map<String, String> find() {
    return AbandonedTransaction.find(admin, List.of(group, dataset.dataset().indexGroup()));
  }

  private Cluster cluster() {
    return new Cluster(
        dataset.bootstrapServers(), "", dataset.dataset(), TestDataset.SETTINGS, Map.of());
  }

  private ProducerRecord<byte[], byte[]> record() {
    return new ProducerRecord<>(output.topic(), 0, new byte[] {'k'}, new byte[] {'v'});
  }

  private long stableEnd() {
    return end(IsolationLevel.READ_COMMITTED);
  }

  private long highWatermark() {
    return end(IsolationLevel.READ_UNCOMMITTED);
  }

  private long end(IsolationLevel level) {
    return KafkaAnswers.await(
            admin
                .listOffsets(
                    Map.of(output, OffsetSpec.latest()),
                    new org.apache.kafka.clients.admin.ListOffsetsOptions(level))
                .partitionResult(output))
        .offset();
  }

  /** A member of the group that works as instances do. */
  private final class Member {

    private final String transactionalId;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private KafkaProducer<byte[], byte[]> producer;

    /**
     * @param thread its ending among the transactional ids of an instance of Kafka Streams
     */
    Member(String name, String thread) {
      transactionalId = group + "-" + name + thread;
      Map<String, Object> settings = new HashMap<>(dataset.clientSettings());
      settings.put("group.id", group);
      settings.put(
          "client.id",
          thread.isEmpty()
              ? transactionalId
              : group + "-" + name + "-StreamThread" + thread + "-consumer");
      settings.put("session.timeout.ms", 60_000);
      consumer =
          new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      consumer.subscribe(Set.of(dataset.topics().links().name()));
      members.add(this);
      Await.until(
          "all have partitions of one generation",
          () -> {
            members.forEach(each -> each.consumer.poll(Duration.ofMillis(10)));
            return members.stream().noneMatch(each -> each.consumer.assignment().isEmpty())
                && members.stream()
                        .map(each -> each.consumer.groupMetadata().generationId())
                        .distinct()
                        .count()
                    == 1;
          },
          () -> members.size());
    }

    void writeWithoutAnEnd() {
      producer = dataset.producer(transactionalId.substring(dataset.dataset().name().length()));
      producer.beginTransaction();
      TestDataset.acknowledged(producer.send(record()));
      producer.sendOffsetsToTransaction(
          Map.of(new TopicPartition(dataset.topics().links().name(), 0), new OffsetAndMetadata(1)),
          consumer.groupMetadata());
    }

    void awaitAlone() {
      Await.until(
          "it is alone",
          () -> {
            consumer.poll(Duration.ofMillis(10));
            return consumer.assignment().size() == 2;
          },
          consumer::assignment);
    }

    /** As one whose session has ended; it commits and rolls back nothing. */
    void leave() {
      members.remove(this);
      consumer.close(
          CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
      if (producer != null) {
        producer.close(Duration.ZERO);
      }
    }

    void close() {
      consumer.close(CloseOptions.timeout(Duration.ofSeconds(5)));
      if (producer != null) {
        producer.close(Duration.ZERO);
      }
    }
  }
}
