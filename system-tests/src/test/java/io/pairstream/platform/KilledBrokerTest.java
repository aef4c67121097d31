package io.pairstream.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.transactions.HangingTransaction;
import io.pairstream.testing.Await;
import io.pairstream.testing.TestDataset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A platform's broker that is killed while it ends transactions, and starts again. */
@Timeout(1200)
class KilledBrokerTest {

  private static final String TOPIC = "written";
  private static final String STATES = "__transaction_state";
  private static final int PARTITIONS = 20;

  /** States of a transaction as its coordinator stores them. */
  private static final byte PREPARE_COMMIT = 2;

  private static final byte COMPLETE_COMMIT = 4;
  private static final byte COMPLETE_ABORT = 5;

  @TempDir private Path data;
  private final FreePorts ports = new FreePorts();
  private final int port = ports.next();
  private final int controllerPort = ports.next();
  private final int registryPort = ports.next();
  private final TestDataset clients =
      TestDataset.of("127.0.0.1:" + port, "mock://none", new Dataset("killed"));
  private final Admin admin = clients.admin();
  private Path log;
  private Process broker;

  @BeforeEach
  void start() throws IOException {
    log = Files.createDirectories(data.resolve("logs")).resolve("broker.log");
    startBroker();
    KafkaAnswers.await(
        admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1))).all());
  }

  @AfterEach
  void stop() throws InterruptedException {
    admin.close();
    broker.destroyForcibly().waitFor();
    ports.close();
  }

  @Test
  void whatItHadDecidedToCommitIsCommittedOnEachPartition() throws Exception {
    for (int i = 0; i < 8; i++) {
      begin("-decided-" + i);
      decide("-decided-" + i, PREPARE_COMMIT);
    }
    broker.destroyForcibly().waitFor();

    startBroker();

    assertThat(log)
        .as("it is registered at once, and never leads partitions that it then loses")
        .content()
        .contains("Registering a new incarnation")
        .doesNotContain("DuplicateBrokerRegistration", "Couldn't find leader endpoint");
    Await.until(
        "the coordinator has ended all",
        () ->
            KafkaAnswers.await(admin.listTransactions().all()).stream()
                .allMatch(each -> each.state() == TransactionState.COMPLETE_COMMIT));
    assertThat(hanging()).isEmpty();
    assertThat(clients.committed(TOPIC)).hasSize(8 * PARTITIONS);
  }

  @Test
  @Tag("full")
  void whatHangsIsEndedAsItWasDecidedAndWhatIsUnderWayIsNot() throws Exception {
    begin("-to-be-committed");
    decide("-to-be-committed", COMPLETE_COMMIT);
    begin("-to-be-aborted");
    decide("-to-be-aborted", COMPLETE_ABORT);
    broker.destroyForcibly().waitFor();
    startBroker();
    try (KafkaProducer<byte[], byte[]> underWay = clients.producer("-under-way")) {
      underWay.beginTransaction();
      write(underWay, 0, "-under-way");
      assertThat(hanging()).hasSize(2 * PARTITIONS);

      assertThat(TransactionEnds.write(port).orElseThrow())
          .endsWith("on 40 partitions too: 1 committed, 1 aborted");

      assertThat(TransactionEnds.write(port)).isEmpty();
      underWay.commitTransaction();
    }
    List<String> expected = new ArrayList<>(Collections.nCopies(PARTITIONS, "-to-be-committed"));
    expected.add("-under-way");
    assertThat(clients.committed(TOPIC))
        .extracting(each -> new String(each.value(), UTF_8))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  private List<HangingTransaction> hanging() {
    return HangingTransaction.find(
        admin,
        IntStream.range(0, PARTITIONS).mapToObj(i -> new TopicPartition(TOPIC, i)).toList(),
        id -> true);
  }

  /** Writes a record to each partition in a transaction, which is then left open. */
  private void begin(String id) {
    KafkaProducer<byte[], byte[]> producer = clients.producer(id);
    producer.beginTransaction();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      write(producer, partition, id);
    }
    producer.close(Duration.ZERO);
  }

  private static void write(KafkaProducer<byte[], byte[]> producer, int partition, String value) {
    TestDataset.acknowledged(
        producer.send(new ProducerRecord<>(TOPIC, partition, null, value.getBytes(UTF_8))));
  }

  /** Stores what its coordinator stores when it ends one, which is killed before more of it. */
  private void decide(String id, byte state) {
    ConsumerRecord<byte[], byte[]> stored =
        clients.committed(STATES).stream()
            .filter(each -> new String(each.key(), UTF_8).endsWith(id))
            .reduce((before, last) -> last)
            .orElseThrow();
    ByteBuffer bytes = ByteBuffer.wrap(stored.value());
    short version = bytes.getShort();
    TransactionLogValue value = new TransactionLogValue(new ByteBufferAccessor(bytes), version);
    value.setTransactionStatus(state).setProducerEpoch((short) (value.producerEpoch() + 1));
    if (state != PREPARE_COMMIT) {
      value.setTransactionPartitions(List.of());
    }
    Map<String, Object> settings = new HashMap<>(clients.clientSettings());
    settings.remove("default.api.timeout.ms");
    settings.put("client.id", "__admin_client"); // brokers let no other write there
    settings.put("enable.idempotence", false);
    try (KafkaProducer<byte[], byte[]> coordinator =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      TestDataset.acknowledged(
          coordinator.send(
              new ProducerRecord<>(
                  STATES,
                  stored.partition(),
                  stored.key(),
                  MessageUtil.toVersionPrefixedBytes(version, value))));
    }
  }

  private void startBroker() throws IOException {
    ServiceSpec usual = BrokerMain.service(data, port, controllerPort, registryPort);
    List<String> options = new ArrayList<>(usual.jvmOptions());
    options.add("-Dpairstream.log.others=info");
    broker =
        new ServiceSpec("broker", usual.mainClass(), usual.arguments(), options, usual.readiness())
            .start(data, log);
    Await.until("the broker answers", () -> usual.readiness().waitsFor().isEmpty(), () -> log);
  }
}
