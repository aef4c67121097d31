package io.pairstream.preprocess.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Level;
import io.pairstream.testing.Await;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Transactions that end in the moment in which their partitions have no leaders. */
@Tag("full")
@Timeout(1800)
class HangingTransactionsTest {

  @RegisterExtension static final TestCluster CLUSTER = new TestCluster();

  private static final String OFFSETS = "__consumer_offsets";

  private ClusterAccess cluster;
  private Admin admin;
  private TopicPartition training;

  @BeforeEach
  void dataset() {
    cluster = CLUSTER.datasetOfAllTopics(1);
    admin = cluster.admin();
    training = new TopicPartition(cluster.topics().training().name(), 0);
  }

  @AfterEach
  void close() {
    admin.close();
  }

  @Test
  void namesWhatTheBrokersAbortedAndLeftOpen() {
    long producer;
    try (KafkaProducer<byte[], byte[]> hanging = begun("given up")) {
      withoutLeaders(hanging::abortTransaction, TransactionState.COMPLETE_ABORT);
      producer = known().producerId();
    }

    List<Finding> findings = look();

    assertThat(findings).extracting(Finding::level).containsExactly(Level.WRONG, Level.WRONG);
    Finding finding = named(findings, training.toString());
    assertThat(finding.found())
        .startsWith(training + ": the transaction of producer " + producer + " (")
        .contains(
            TestCluster.transactionalId(cluster, "-hangs"), "from offset 0 on", "last written at ")
        .endsWith("its coordinator says CompleteAbort");
    assertThat(finding.remedy())
        .isEqualTo(
            "kafka-transactions.sh --bootstrap-server "
                + CLUSTER.bootstrapServers()
                + " abort --topic "
                + training.topic()
                + " --partition 0 --start-offset 0");
    assertThat(named(findings, OFFSETS).remedy()).contains("--topic " + OFFSETS);
  }

  @Test
  void saysOfWhatWasCommittedThatItWas() {
    try (KafkaProducer<byte[], byte[]> producer = begun("promised")) {
      withoutLeaders(producer::commitTransaction, TransactionState.COMPLETE_COMMIT);
    }

    assertThat(named(look(), training.toString()).found())
        .endsWith("its coordinator says CompleteCommit");
  }

  @Test
  void namesWhatADeadInstanceLeftOpen() {
    String id = "-preprocess-0a1b2c3d-0000-4000-8000-000000000001-1";
    try (KafkaProducer<byte[], byte[]> dead = begun(id, "never to be committed")) {
      Finding finding = look().get(0);

      assertThat(finding.level()).isEqualTo(Level.WRONG);
      assertThat(finding.found())
          .startsWith(
              "an instance of %s died with an open transaction (%s)"
                  .formatted(
                      cluster.dataset().preprocessGroup(),
                      TestCluster.transactionalId(cluster, id)))
          .contains(training.toString());
      assertThat(finding.right()).contains("by itself at 20", "when an instance starts");
      assertThat(finding.remedy())
          .isEqualTo(
              "kafka-transactions.sh --bootstrap-server "
                  + CLUSTER.bootstrapServers()
                  + " forceTerminateTransaction --transactionalId "
                  + TestCluster.transactionalId(cluster, id));
      dead.abortTransaction();
    }
  }

  @Test
  void namesWhatAStrangerHasBegunOnARawTopicAndHowItIsEnded() {
    String raw = cluster.topics().crowdsourced().name();
    String id = "stranger-of-" + cluster.dataset().name();
    try (KafkaProducer<byte[], byte[]> stranger =
        cluster.transactions(id, Duration.ofMinutes(10), Map.of())) {
      stranger.beginTransaction();
      TestCluster.acknowledged(stranger.send(new ProducerRecord<>(raw, 0, null, new byte[1])));
      assertThat(look())
          .as("it has just begun")
          .extracting(Finding::level)
          .containsExactly(Level.OK);

      Finding finding = named(lookLater(), raw);

      assertThat(finding.level()).isEqualTo(Level.WRONG);
      assertThat(finding.found())
          .containsPattern(
              "-0: the transaction of producer \\d+ \\(" + id + "\\) is open from offset 0");
      assertThat(finding.remedy())
          .isEqualTo(
              "kafka-transactions.sh --bootstrap-server "
                  + CLUSTER.bootstrapServers()
                  + " forceTerminateTransaction --transactionalId "
                  + id);
      KafkaAnswers.await(admin.forceTerminateTransaction(id).result());
      Await.until(
          "its end is on the partition",
          () -> lookLater().get(0).level() == Level.OK,
          this::lookLater);
    }
  }

  private List<Finding> look() {
    return look(Clock.systemUTC());
  }

  private List<Finding> lookLater() {
    return look(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(2)));
  }

  private List<Finding> look(Clock clock) {
    return HangingTransactions.look(CLUSTER.cluster(cluster, Map.of()), clock);
  }

  private Finding named(List<Finding> findings, String partition) {
    return assertThat(findings)
        .filteredOn(finding -> finding.found().startsWith(partition))
        .singleElement()
        .actual();
  }

  /** A producer in the middle of a transaction with a record and an offset of preprocessing. */
  private KafkaProducer<byte[], byte[]> begun(String value) {
    return begun("-hangs", value);
  }

  private KafkaProducer<byte[], byte[]> begun(String id, String value) {
    KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, id);
    producer.beginTransaction();
    TestCluster.acknowledged(
        producer.send(
            new ProducerRecord<>(
                training.topic(), 0, new byte[0], value.getBytes(StandardCharsets.UTF_8))));
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

  /**
   * Ends a transaction while the broker knows of no leaders, and waits until it is done with it.
   */
  private void withoutLeaders(Runnable end, TransactionState done) {
    CLUSTER.withoutLeaders(
        topic -> topic.equals(training.topic()) || topic.equals(OFFSETS),
        () -> {
          end.run();
          Await.until("it is " + done, () -> known().state() == done, this::known);
        });
  }

  private TransactionDescription known() {
    String id = TestCluster.transactionalId(cluster, "-hangs");
    return KafkaAnswers.await(admin.describeTransactions(List.of(id)).description(id));
  }
}
