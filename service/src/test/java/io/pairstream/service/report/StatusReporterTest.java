package io.pairstream.service.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.Metric;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.testing.Await;
import io.pairstream.testing.EmbeddedKafka;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class StatusReporterTest {

  private static final Duration OFTEN = Duration.ofMillis(100);

  /** How long what is to come is waited for. */
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  @RegisterExtension static final TestKafka KAFKA = new TestKafka();

  @TempDir Path folder;

  private final SelfReport report = new SelfReport("preprocess", Clock.systemUTC());

  @Test
  void saysHowItIsAgainAndAgain() {
    TestDataset cluster = KAFKA.dataset(1, TopicCatalogue.INSTANCES);
    AtomicLong asked = new AtomicLong();
    report.add(reading -> reading.counter("asked_total", asked.incrementAndGet()));
    report.topology("Topologies: one");
    report.stateFrom(() -> SelfReport.State.RUNNING);
    report.assignedFrom(() -> List.of("pairs.crowdsourced-0"));

    List<Said> said;
    StatusReporter reporter = start(cluster);
    try {
      said = readUntil(cluster, all -> all.size() >= 4);
    } finally {
      reporter.close();
    }

    InstanceStatus second = said.get(1).status().orElseThrow();
    assertThat(second.getTopology()).isEqualTo("Topologies: one");
    assertThat(said.get(1).key()).isEqualTo("preprocess/" + second.getInstance());
    assertThat(value(second, "asked_total")).isEqualTo(2);
    assertThat(value(second, "jvm_heap_used_bytes")).isPositive();
    assertThat(second.getState()).isEqualTo("RUNNING");
    assertThat(second.getAssigned()).containsExactly("pairs.crowdsourced-0");
    assertThat(second.getPid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(second.getReportedAt()).isAfterOrEqualTo(second.getStartedAt());
  }

  @Test
  void anOrderlyEndRemovesWhatItSaid() {
    TestDataset cluster = KAFKA.dataset(1, TopicCatalogue.INSTANCES);
    StatusReporter reporter = start(cluster);
    readUntil(cluster, all -> all.size() >= 2);

    reporter.close();

    List<Said> said = readUntil(cluster, all -> all.stream().anyMatch(Said::isTombstone));
    assertThat(said)
        .filteredOn(Said::isTombstone)
        .extracting(Said::key)
        .containsExactly(report.key());
  }

  /** As of a process that is refused what it wants as soon as it has begun. */
  @Test
  void anEndIsSaidAlsoWhileAReportIsOnItsWay() throws Exception {
    TestDataset cluster = KAFKA.dataset(1, TopicCatalogue.INSTANCES);
    Map<String, Object> slow = new HashMap<>(cluster.clientSettings());
    slow.putAll(Map.of("linger.ms", 5_000, "delivery.timeout.ms", 30_000));
    AtomicLong asked = new AtomicLong();
    report.add(reading -> asked.incrementAndGet());
    StatusReporter reporter = start(cluster, slow, Duration.ofSeconds(9));
    Await.until(() -> asked.get() > 0);

    reporter.close();

    assertThat(readUntil(cluster, all -> all.stream().anyMatch(Said::isTombstone))).isNotEmpty();
  }

  @Test
  void aTopicThatIsMissingIsWaitedForAndNotMade() throws Exception {
    TestDataset cluster = KAFKA.emptyDataset();
    try (Admin admin = cluster.admin();
        StatusReporter reporter = start(cluster)) {
      // Long enough for it to have looked; were it to make the topic, the next step would fail.
      Await.until(() -> reporter.trouble().contains("does not exist"));
      assertThat(admin.listTopics().names().get())
          .doesNotContain(cluster.topics().instances().name());

      cluster.createTopics(1, TopicCatalogue.INSTANCES);

      assertThat(readUntil(cluster, all -> !all.isEmpty())).isNotEmpty();
    }
  }

  @Test
  void goesOnWhereTheBrokerWasAway() throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder)) {
      TestDataset cluster = dataset(kafka.bootstrapServers());
      cluster.createTopics(1, TopicCatalogue.INSTANCES);
      AtomicLong asked = new AtomicLong();
      report.add(reading -> reading.counter("asked_total", asked.incrementAndGet()));
      try (StatusReporter reporter = start(cluster)) {
        var before = readUntil(cluster, all -> !all.isEmpty());

        kafka.stop();
        Await.until(() -> !reporter.trouble().isEmpty());
        kafka.restart();

        long last = asked.get();
        assertThat(readUntil(cluster, all -> all.stream().anyMatch(said -> said.asked() > last)))
            .hasSizeGreaterThan(before.size());
      }
    }
  }

  @Test
  void closesWhileNoBrokerAnswers() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      silent.setSoTimeout((int) TIMEOUT.toMillis());
      TestDataset cluster = dataset("127.0.0.1:" + silent.getLocalPort());
      var reporter = start(cluster, cluster.clientSettings(), StatusReporter.CLOSE_WITHIN);
      // Takes the question and says nothing.
      try (Socket asked = silent.accept()) {
        asked.setSoTimeout((int) TIMEOUT.toMillis());
        assertThat(asked.getInputStream().read()).isNotNegative();
        reporter.close();

        Await.until(reporter::hasEnded);
      }
    }
  }

  /** A reporter that is closed at the end of the test, with time to report its own end. */
  private StatusReporter start(TestDataset cluster) {
    return start(cluster, cluster.clientSettings(), Duration.ofMinutes(1));
  }

  private StatusReporter start(TestDataset cluster, Map<String, ?> settings, Duration closeWithin) {
    return new StatusReporter(report, cluster.topics().instances(), settings, OFTEN, closeWithin);
  }

  private static TestDataset dataset(String bootstrapServers) {
    return TestDataset.of(
        new Dataset("pairs"),
        new Registry("mock://" + bootstrapServers, Map.of()),
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "request.timeout.ms",
            5_000,
            "default.api.timeout.ms",
            12_000));
  }

  private static double value(InstanceStatus status, String metric) {
    return status.getMetrics().stream()
        .filter(each -> each.getName().equals(metric))
        .mapToDouble(Metric::getValue)
        .sum();
  }

  /** A record of the topic. */
  private record Said(String key, Optional<InstanceStatus> status) {

    boolean isTombstone() {
      return status.isEmpty();
    }

    long asked() {
      return status.map(of -> (long) value(of, "asked_total")).orElse(0L);
    }
  }

  /** All that was ever said, once that is enough. */
  private static List<Said> readUntil(TestDataset cluster, Predicate<List<Said>> enough) {
    Topic<InstanceStatus> topic = cluster.topics().instances();
    List<Said> said = new ArrayList<>();
    Await.until(
        "reports",
        TIMEOUT,
        () -> {
          said.clear();
          for (ConsumerRecord<byte[], byte[]> record : cluster.committed(topic.name())) {
            said.add(
                new Said(
                    new String(record.key(), StandardCharsets.UTF_8),
                    Optional.ofNullable(record.value()).map(value -> topic.read(value))));
          }
          return enough.test(said);
        },
        () -> said);
    return List.copyOf(said);
  }
}
