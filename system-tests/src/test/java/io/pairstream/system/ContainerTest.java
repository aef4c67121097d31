package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.ingest.publish.Published;
import io.pairstream.preprocess.run.PreprocessService;
import io.pairstream.preprocess.run.PreprocessSettings;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.testing.Await;
import io.pairstream.tools.audit.Audit;
import io.pairstream.tools.audit.AuditReport;
import io.pairstream.tools.topics.CreateTopics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The topology against a broker in a container, to which something happens while pairs are sent and
 * worked on. Afterwards every pair that was acknowledged is in exactly one output.
 */
@Timeout(1800)
class ContainerTest {

  private static final Duration CATCH_UP = Duration.ofMinutes(8);

  /** Timeout of the test's own questions, which are asked when nothing is wrong with the broker. */
  private static final Map<String, String> TIMEOUT = Map.of("default.api.timeout.ms", "120000");

  // Numbers of pairs, each group's behind those of the group before.
  private static final int DECIDED = 40;
  private static final int IN_HAND = DECIDED + 60;
  private static final int MEANWHILE = IN_HAND + 20;
  private static final int ALL = MEANWHILE + 20;

  /** Unset where the tests are skipped. */
  private static BrokerContainer broker;

  @TempDir private Path folder;

  @BeforeAll
  static void startBroker() {
    ContainerEngine.require();
    broker = BrokerContainer.start();
  }

  @AfterAll
  static void stopBroker() {
    if (broker != null) {
      broker.close();
    }
  }

  @Test
  void nothingIsLostOrTwiceThoughTheBrokerFreezes() throws Exception {
    accountsForAll("frozen", Map.of(), broker::freeze, broker::thaw);
  }

  @Test
  @Tag("full")
  void nothingIsLostOrTwiceThoughTheNetworkIsCut() throws Exception {
    accountsForAll("cut", Map.of(), broker::cutOff, broker::reconnect);
  }

  /** The broker is silent for several times as long as the stream thread's producer waits. */
  @Test
  @Tag("full")
  void preprocessingGoesOnThoughTheBrokerIsAwayForLongerThanItsProducerWaits() throws Exception {
    accountsForAll(
        "outwaited",
        Map.of("producer.max.block.ms", "5000", "producer.delivery.timeout.ms", "12000"),
        () -> {
          broker.freeze();
          broker.requireSilence(16);
        },
        broker::thaw);
  }

  /**
   * @param ofPreprocessing the operator's settings of its Kafka clients
   */
  private void accountsForAll(
      String dataset, Map<String, String> ofPreprocessing, Runnable fault, Runnable cure)
      throws Exception {
    Cluster cluster =
        new Cluster(
            broker.bootstrapServers(),
            "mock://" + dataset,
            new Dataset(dataset),
            ofPreprocessing,
            Map.of());
    ClusterAccess access =
        new ClusterAccess(
            new Cluster(
                broker.bootstrapServers(),
                "mock://" + dataset,
                new Dataset(dataset),
                TIMEOUT,
                Map.of()));
    new CreateTopics(access, (short) 1).create(new TopicCatalogue(cluster.dataset(), 2));
    DrawnPairs pairs = new DrawnPairs(21, 0.0);
    WorkerSettings workers =
        WorkerSettings.of(System.getProperty("pairstream.worker.classpath"), 1)
            .withLimits(Duration.ofSeconds(25), Duration.ofMinutes(10));
    PreprocessSettings settings = new PreprocessSettings(cluster, "demo", folder, 1, workers);
    try (PreprocessService service = new PreprocessService(settings);
        PairPublisher publisher = publisher(access)) {
      join(publish(publisher, pairs, 0, DECIDED));
      await(access, report -> report.inputs() > 0);

      // What has just come is worked on, and not committed, when the fault comes.
      join(publish(publisher, pairs, DECIDED, IN_HAND));
      fault.run();
      // A producer that has lost its only broker blocks.
      CompletableFuture<Void> meanwhile =
          CompletableFuture.runAsync(() -> join(publish(publisher, pairs, IN_HAND, MEANWHILE)));
      assertThat(meanwhile).isNotDone();
      cure.run();

      meanwhile.join();
      join(publish(publisher, pairs, MEANWHILE, ALL));
      await(access, report -> report.inputs() == ALL && report.inFlight() == 0);
      assertThat(service.hasEnded()).isFalse();
    }

    AuditReport report = new Audit(access, Duration.ofMinutes(1)).run();
    // A later one tells what is only late from what is lost.
    assertThat(report.details()).as(() -> "a later audit: " + new Audit(access).run()).isEmpty();
    assertThat(report.inputs()).isEqualTo(ALL);
    assertThat(report.inFlight()).isZero();
  }

  private static PairPublisher publisher(ClusterAccess access) {
    // For its opening; a producer itself knows no such setting.
    Map<String, Object> settings = new HashMap<>(TIMEOUT);
    settings.put("bootstrap.servers", broker.bootstrapServers());
    return PairPublisher.open(access.topics().crowdsourced(), settings, Clock.systemUTC());
  }

  private static List<CompletableFuture<Published>> publish(
      PairPublisher publisher, DrawnPairs pairs, long from, long until) {
    return LongStream.range(from, until)
        .mapToObj(index -> publisher.publish(RunningPlatform.submitted(pairs, index)))
        .toList();
  }

  private static void join(List<CompletableFuture<Published>> sent) {
    sent.forEach(CompletableFuture::join);
  }

  private static void await(ClusterAccess access, Predicate<AuditReport> condition) {
    Audit audit = new Audit(access);
    Await.until("inputs are decided", CATCH_UP, () -> condition.test(audit.run()), audit::run);
  }
}
