package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.pairstream.drawing.DrawnPair;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.image.WorkerSettings;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.operations.audit.Audit;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.topics.CreateTopics;
import io.pairstream.preprocess.run.PreprocessService;
import io.pairstream.preprocess.run.PreprocessSettings;
import io.pairstream.preprocess.run.StepTimes;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** The topology against a broker in a container, which is paused in the middle. */
@Timeout(300)
class ContainerTest {

  private static final String IMAGE =
      System.getenv().getOrDefault("PAIRSTREAM_KAFKA_IMAGE", "apache/kafka:4.3.1");

  @TempDir private Path folder;

  @Test
  void everyPairLeavesByExactlyOneDoorThoughTheBrokerPauses() throws Exception {
    requireEngine();
    DrawnPairs pairs = new DrawnPairs(21, 0.0);
    try (KafkaContainer kafka =
        new KafkaContainer(DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("apache/kafka"))
            .withEnv("KAFKA_MESSAGE_MAX_BYTES", "10485760")
            .withEnv("KAFKA_REPLICA_FETCH_MAX_BYTES", "10485760")) {
      kafka.start();
      Cluster cluster =
          new Cluster(
              kafka.getBootstrapServers(),
              "mock://container",
              new Dataset("boxed"),
              Map.of(),
              Map.of());
      ClusterAccess access = new ClusterAccess(cluster);
      new CreateTopics(access, (short) 1).create(new TopicCatalogue(cluster.dataset(), 2));
      WorkerSettings workers =
          WorkerSettings.of(System.getProperty("pairstream.worker.classpath"), 1);
      try (PreprocessService service =
          new PreprocessService(
              new PreprocessSettings(cluster, "demo", folder, 1, workers), new StepTimes())) {
        publish(cluster, pairs, 0, 40);
        awaitInputs(access, 40);
        kafka.getDockerClient().pauseContainerCmd(kafka.getContainerId()).exec();
        kafka.getDockerClient().unpauseContainerCmd(kafka.getContainerId()).exec();
        publish(cluster, pairs, 40, 80);
        awaitInputs(access, 80);
        assertThat(service.hasEnded()).isFalse();
      }

      AuditReport report = new Audit(access).run();
      assertThat(report.details()).isEmpty();
      assertThat(report.inputs()).isEqualTo(80);
    }
  }

  /** Without an engine the test is skipped, unless one was promised. */
  private static void requireEngine() {
    if (DockerClientFactory.instance().isDockerAvailable()) {
      return;
    }
    if (Boolean.parseBoolean(System.getenv("ENGINE_REQUIRED"))) {
      fail("ENGINE_REQUIRED is set, but no container engine answers");
    }
    abort("no container engine answers; ENGINE_REQUIRED=true makes this a failure");
  }

  private static void publish(Cluster cluster, DrawnPairs pairs, long from, long until) {
    Registry registry = cluster.registry();
    PairTopics topics = PairTopics.of(cluster.dataset(), new AvroSerdes(registry));
    try (PairPublisher publisher =
        PairPublisher.open(
            topics.crowdsourced(),
            registry,
            Map.of("bootstrap.servers", cluster.bootstrapServers()),
            Clock.systemUTC())) {
      for (long index = from; index < until; index++) {
        publisher.publish(((DrawnPair.Content.Submitted) pairs.at(index).content()).pair()).join();
      }
    }
  }

  private static void awaitInputs(ClusterAccess access, long inputs) {
    Await.until(
        inputs + " inputs are decided",
        Duration.ofMinutes(2),
        () -> {
          AuditReport report = new Audit(access).run();
          return report.inputs() == inputs && report.inFlight() == 0;
        },
        () -> new Audit(access).run());
  }
}
