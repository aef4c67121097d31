package io.pairstream.preprocess.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.system.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Producers and members bear the names that Kafka Streams gives them. */
@Timeout(1800)
class AbandonedTransactionsTest {

  @RegisterExtension static final TestCluster CLUSTER = new TestCluster();

  private static final Duration SOON = Duration.ofMinutes(4);
  private static final byte[] SOMETHING = {1};

  private ClusterAccess cluster;
  private Admin admin;
  private AbandonedTransactions transactions;

  @BeforeEach
  void dataset() {
    cluster = CLUSTER.dataset(1);
    admin = cluster.admin();
    transactions =
        new AbandonedTransactions(cluster.dataset().preprocessGroup(), admin, new Warnings());
  }

  @AfterEach
  void close() {
    admin.close();
  }

  @Test
  void endsTheTransactionOfAProcessThatIsNoMember() throws Exception {
    String here = UUID.randomUUID().toString();
    String gone = UUID.randomUUID().toString();
    try (KafkaConsumer<byte[], byte[]> member = member(processName(here));
        KafkaProducer<byte[], byte[]> ours = begun(transactionalId(here));
        KafkaProducer<byte[], byte[]> theirs = begun(transactionalId(gone))) {
      awaitStable(member);

      assertThat(transactions.look()).as("once seen is not believed").isEmpty();
      assertThat(transactions.look()).containsExactly(transactionalId(gone));

      awaitState(transactionalId(gone), TransactionState.EMPTY);
      assertThat(transactions.look()).as("ended once").isEmpty();
      assertThat(state(transactionalId(here))).isEqualTo(TransactionState.ONGOING);
      ours.commitTransaction();
      assertThat(theirs).isNotNull();
    }
  }

  @Test
  void endsTheTransactionOfAThreadThatIsGoneThoughItsProcessIsAMember() throws Exception {
    String process = UUID.randomUUID().toString();
    try (KafkaConsumer<byte[], byte[]> member = member(processName(process));
        KafkaProducer<byte[], byte[]> alive = begun(transactionalId(process));
        KafkaProducer<byte[], byte[]> gone = begun(transactionalId(process, 2))) {
      awaitStable(member);

      transactions.look();
      assertThat(transactions.look()).containsExactly(transactionalId(process, 2));

      alive.commitTransaction();
      assertThat(gone).isNotNull();
    }
  }

  @Test
  void leavesATransactionThatHasBegunSinceTheLookBefore() throws Exception {
    String back = UUID.randomUUID().toString();
    try (KafkaConsumer<byte[], byte[]> member = member(processName(UUID.randomUUID().toString()));
        KafkaProducer<byte[], byte[]> before = begun(transactionalId(back))) {
      awaitStable(member);
      transactions.look();
      try (KafkaProducer<byte[], byte[]> next = begun(transactionalId(back))) {

        assertThat(transactions.look()).isEmpty();

        next.commitTransaction();
      }
      assertThat(before).isNotNull();
    }
  }

  @Test
  void leavesEverythingWhereAMemberDoesNotTellItsProcess() throws Exception {
    String process = UUID.randomUUID().toString();
    try (KafkaConsumer<byte[], byte[]> member = member("an operator's own name");
        KafkaProducer<byte[], byte[]> producer = begun(transactionalId(process))) {
      awaitStable(member);

      transactions.look();
      assertThat(transactions.look()).isEmpty();

      producer.commitTransaction();
    }
  }

  @Test
  void leavesEverythingWhereTheGroupHasNoMembers() throws Exception {
    String process = UUID.randomUUID().toString();
    try (KafkaConsumer<byte[], byte[]> left = member(processName(process));
        KafkaProducer<byte[], byte[]> producer = begun(transactionalId(process))) {
      awaitStable(left);
      left.unsubscribe();

      transactions.look();
      assertThat(transactions.look()).isEmpty();

      producer.commitTransaction();
    }
  }

  private String processName(String process) {
    return cluster.dataset().preprocessGroup() + "-" + process + "-StreamThread-1-consumer";
  }

  private String transactionalId(String process) {
    return transactionalId(process, 1);
  }

  private String transactionalId(String process, int thread) {
    return cluster.dataset().preprocessGroup() + "-" + process + "-" + thread;
  }

  private KafkaConsumer<byte[], byte[]> member(String clientId) {
    KafkaConsumer<byte[], byte[]> member =
        cluster.consumer(
            Map.of(
                "group.id",
                cluster.dataset().preprocessGroup(),
                "client.id",
                clientId,
                "max.poll.interval.ms",
                600_000));
    member.subscribe(List.of(cluster.topics().crowdsourced().name()));
    return member;
  }

  private void awaitStable(KafkaConsumer<byte[], byte[]> member) {
    Await.until(
        "the group is stable",
        SOON,
        () -> {
          member.poll(Duration.ofMillis(100));
          return !member.assignment().isEmpty();
        },
        member::assignment);
  }

  /** A producer with an open transaction. */
  private KafkaProducer<byte[], byte[]> begun(String transactionalId) {
    String ending = transactionalId.substring(cluster.dataset().name().length());
    KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, ending);
    producer.beginTransaction();
    TestCluster.acknowledged(
        producer.send(
            new ProducerRecord<>(cluster.topics().training().name(), SOMETHING, SOMETHING)));
    return producer;
  }

  private void awaitState(String id, TransactionState wanted) {
    Await.until(id + " is " + wanted, SOON, () -> state(id) == wanted, () -> state(id));
  }

  private TransactionState state(String id) {
    return KafkaAnswers.await(admin.describeTransactions(List.of(id)).description(id)).state();
  }
}
