package io.pairstream.operate.canary;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.canary.CanaryReport.State;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CanaryProbeTest {

  private static final Duration LONG = Duration.ofMinutes(10);

  /** How long what is to come is waited for. */
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final AtomicInteger sent = new AtomicInteger();

  @Test
  void isFineOnceTheReceiptOfItsOwnRecordIsThere() {
    ClusterAccess cluster = KAFKA.dataset(1, TopicCatalogue.CROWDSOURCED, TopicCatalogue.RECEIPTS);
    try (CanaryProbe probe = new CanaryProbe(cluster, LONG, sent::incrementAndGet)) {
      probe.start();
      ConsumerRecord<byte[], byte[]> flown = awaitCanary(cluster, 0);
      decide(cluster, flown, flown.offset() + 17);
      decide(cluster, flown, flown.offset());

      CanaryReport report = await(probe, each -> each.state() != State.UNKNOWN);

      assertThat(report.state()).isEqualTo(State.OK);
      assertThat(report.lastMs()).isPresent();
      assertThat(sent).hasValue(1);
      assertThat(report.sentence().text()).startsWith("a canary came out after ");
    }
  }

  @Test
  void staysLateWhereItComesOutAfterItsBudget() {
    ClusterAccess cluster = KAFKA.dataset(1, TopicCatalogue.CROWDSOURCED, TopicCatalogue.RECEIPTS);
    AtomicLong nanos = new AtomicLong();
    try (CanaryProbe probe = new CanaryProbe(cluster, LONG, sent::incrementAndGet, nanos::get)) {
      probe.start();
      ConsumerRecord<byte[], byte[]> flown = awaitCanary(cluster, 0);
      nanos.set(Duration.ofSeconds(31).toNanos());
      CanaryReport waiting = await(probe, each -> each.state() == State.LATE);
      decide(cluster, flown, flown.offset());

      CanaryReport out = await(probe, each -> each.lastMs().isPresent());

      assertThat(waiting.lastMs()).isEmpty();
      assertThat(out.state()).isEqualTo(State.LATE);
      assertThat(out.lastMs().orElseThrow()).isEqualTo(31_000);
    }
  }

  @Test
  void isLostAfterAWhileAndRecoversWithTheNext() {
    ClusterAccess cluster = KAFKA.dataset(1, TopicCatalogue.CROWDSOURCED, TopicCatalogue.RECEIPTS);
    AtomicLong nanos = new AtomicLong();
    try (CanaryProbe probe =
        new CanaryProbe(cluster, Duration.ofMillis(1), sent::incrementAndGet, nanos::get)) {
      probe.start();
      awaitCanary(cluster, 0);
      nanos.set(Duration.ofSeconds(301).toNanos());
      CanaryReport lost = await(probe, each -> each.state() == State.LOST);
      ConsumerRecord<byte[], byte[]> second = awaitCanary(cluster, 1);
      decide(cluster, second, second.offset());

      CanaryReport next = await(probe, each -> each.lastMs().isPresent());

      assertThat(lost.sentence().text()).contains("do not come out");
      assertThat(next.state()).isEqualTo(State.OK);
    }
  }

  @Test
  void saysWhyNoneCanBeSent() {
    ClusterAccess cluster = KAFKA.emptyDataset();
    try (CanaryProbe probe = new CanaryProbe(cluster, LONG, sent::incrementAndGet)) {
      probe.start();

      CanaryReport report =
          await(probe, each -> each.sentence().text().startsWith("no canary could"));

      assertThat(report.state()).isEqualTo(State.UNKNOWN);
      assertThat(sent).hasValue(0);
      assertThat(report.sentence().text()).contains(cluster.topics().crowdsourced().name());
    }
  }

  private static CanaryReport await(CanaryProbe probe, Predicate<CanaryReport> wanted) {
    Await.until("a canary", () -> wanted.test(probe.latest()), probe::latest);
    return probe.latest();
  }

  /** The canary at that offset, once it is there. */
  private static ConsumerRecord<byte[], byte[]> awaitCanary(ClusterAccess cluster, long offset) {
    TopicPartition partition = new TopicPartition(cluster.topics().crowdsourced().name(), 0);
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    try (KafkaConsumer<byte[], byte[]> consumer = cluster.consumer(Map.of())) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, offset);
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          return record;
        }
      }
    }
    throw new AssertionError("no canary was sent");
  }

  /** Plays preprocessing: writes the receipt of a record at an offset. */
  private static void decide(
      ClusterAccess cluster, ConsumerRecord<byte[], byte[]> flown, long offset) {
    RawPair canary =
        cluster
            .topics()
            .crowdsourced()
            .value()
            .deserializer()
            .deserialize(flown.topic(), flown.value());
    String id =
        PairIdentity.pairId(PairIdentity.imageDigest(canary.getImage()), canary.getCaption());
    TestCluster.put(
        cluster,
        cluster.topics().receipts(),
        id,
        Receipt.newBuilder()
            .setPairId(id)
            .setStatus("QUARANTINED")
            .setOrigin(new Origin(flown.topic(), flown.partition(), offset))
            .build());
  }
}
