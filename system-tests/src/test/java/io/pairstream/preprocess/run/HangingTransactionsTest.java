package io.pairstream.preprocess.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.system.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Transactions that end in the moment in which their partitions have no leaders. */
@Timeout(1800)
class HangingTransactionsTest {

  @RegisterExtension static final TestCluster CLUSTER = new TestCluster();

  private static final Duration SOON = Duration.ofMinutes(4);
  private static final String OFFSETS = "__consumer_offsets";

  private ClusterAccess cluster;
  private Admin admin;
  private HangingTransactions transactions;
  private TopicPartition training;

  @BeforeEach
  void dataset() {
    cluster = CLUSTER.dataset(1);
    admin = cluster.admin();
    transactions = new HangingTransactions(cluster.dataset(), admin, new Warnings());
    training = new TopicPartition(cluster.topics().training().name(), 0);
  }

  @AfterEach
  void close() {
    admin.close();
  }

  @Test
  void endsWhatTheBrokersAbortedAndLeftOpen() throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = begun("given up")) {
      withoutLeaders(producer::abortTransaction, TransactionState.COMPLETE_ABORT);
    }
    publish("-later", "later");
    assertThat(lastStableOffset()).as("the broker forgot to end it").isZero();

    assertThat(transactions.look()).as("once seen is not believed").isEmpty();
    Set<TopicPartition> ended = transactions.look();

    assertThat(ended).contains(training).hasSize(2);
    assertThat(ended).extracting(TopicPartition::topic).contains(OFFSETS);
    assertThat(committed(1)).containsExactly("later");
    assertThat(
            KafkaAnswers.await(
                admin
                    .listConsumerGroupOffsets(cluster.dataset().preprocessGroup())
                    .partitionsToOffsetAndMetadata()))
        .as("nothing of it counts")
        .isEmpty();
    assertThat(transactions.look()).as("ended once").isEmpty();
  }

  @Test
  void leavesWhatTheCoordinatorSaysWasCommitted() throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = begun("promised")) {
      withoutLeaders(producer::commitTransaction, TransactionState.COMPLETE_COMMIT);
    }

    transactions.look();
    assertThat(transactions.look()).isEmpty();

    assertThat(lastStableOffset()).as("an operator is to judge").isZero();
  }

  @Test
  void leavesATransactionThatIsUnderWay() throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = begun("slow")) {

      transactions.look();
      assertThat(transactions.look()).isEmpty();

      producer.commitTransaction();
    }
    assertThat(committed(1)).containsExactly("slow");
  }

  /** A producer in the middle of a transaction with a record and an offset of preprocessing. */
  private KafkaProducer<byte[], byte[]> begun(String value) {
    KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, "-hangs");
    producer.beginTransaction();
    TestCluster.acknowledged(producer.send(record(value)));
    producer.sendOffsetsToTransaction(
        Map.of(
            new TopicPartition(cluster.topics().crowdsourced().name(), 0),
            new OffsetAndMetadata(1)),
        group());
    return producer;
  }

  private ConsumerGroupMetadata group() {
    try (KafkaConsumer<byte[], byte[]> member =
        cluster.consumer(Map.of("group.id", cluster.dataset().preprocessGroup()))) {
      return member.groupMetadata();
    }
  }

  private void publish(String ending, String value) {
    try (KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, ending)) {
      producer.beginTransaction();
      TestCluster.acknowledged(producer.send(record(value)));
      producer.commitTransaction();
    }
  }

  private ProducerRecord<byte[], byte[]> record(String value) {
    return new ProducerRecord<>(
        training.topic(), 0, new byte[0], value.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Ends a transaction while the broker knows of no leaders, and waits until it is done with it.
   */
  private void withoutLeaders(Runnable end, TransactionState done) {
    CLUSTER.withoutLeaders(
        topic -> topic.equals(training.topic()) || topic.equals(OFFSETS),
        () -> {
          end.run();
          Await.until("it is " + done, SOON, () -> known().state() == done, this::known);
        });
  }

  private TransactionDescription known() {
    String id = TestCluster.transactionalId(cluster, "-hangs");
    return KafkaAnswers.await(admin.describeTransactions(List.of(id)).description(id));
  }

  private long lastStableOffset() {
    try (KafkaConsumer<byte[], byte[]> reader = cluster.consumer(Map.of())) {
      return reader.endOffsets(List.of(training)).get(training);
    }
  }

  /** Values that whoever reads committed records gets. */
  private List<String> committed(int count) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> reader = cluster.consumer(Map.of())) {
      reader.assign(List.of(training));
      reader.seekToBeginning(List.of(training));
      Await.until(
          count + " records can be read",
          SOON,
          () -> {
            reader
                .poll(Duration.ofMillis(100))
                .forEach(it -> values.add(new String(it.value(), StandardCharsets.UTF_8)));
            return values.size() >= count;
          },
          () -> values);
    }
    return values;
  }
}
