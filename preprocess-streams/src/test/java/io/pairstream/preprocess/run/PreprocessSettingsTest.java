package io.pairstream.preprocess.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.Cluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

class PreprocessSettingsTest {

  /** A broker's {@code transaction.max.timeout.ms}, unless it is set. */
  private static final Duration BROKER_TAKES = Duration.ofMinutes(15);

  private static final String TRANSACTION_TIMEOUT =
      StreamsConfig.producerPrefix("transaction.timeout.ms");

  private final WorkerSettings workers = WorkerSettings.of("classes", 4);

  @Test
  void defaultsAreExactlyOnceFromTheBeginningInTheDataSetsName() {
    PreprocessSettings settings = settings(workers, Map.of());

    assertThat(settings.streamsSettings())
        .containsEntry("processing.guarantee", "exactly_once_v2")
        .containsEntry("application.id", "mine-preprocess")
        .containsEntry("bootstrap.servers", "far-away:9092")
        .containsEntry("num.stream.threads", 3)
        .containsEntry("state.dir", "state")
        .containsEntry("request.timeout.ms", 10_000)
        .containsEntry("statestore.uncommitted.max.bytes", 3 * 8 * 1024 * 1024L)
        .containsEntry("probing.rebalance.interval.ms", 60_000L)
        .containsEntry("max.warmup.replicas", Integer.MAX_VALUE)
        .containsEntry(StreamsConfig.mainConsumerPrefix("auto.offset.reset"), "earliest");
    assertThat(settings.lookUpSettings())
        .containsEntry("probing.rebalance.interval.ms", 60_000L)
        .containsEntry("max.warmup.replicas", Integer.MAX_VALUE);
    assertThat(settings.indexSettings())
        .containsEntry("max.task.idle.ms", 0L)
        .containsEntry(TRANSACTION_TIMEOUT, 30_000);
  }

  @Test
  void aTransactionOutlastsAPollOfHangingImages() {
    PreprocessSettings settings = settings(workers, Map.of());

    Duration hanging = workers.likelyVerdict().multipliedBy(recordsPerPoll(settings));

    assertThat(settings.transactionTimeout()).isGreaterThan(hanging);
    assertThat(settings.streamsSettings())
        .containsEntry(TRANSACTION_TIMEOUT, (int) settings.transactionTimeout().toMillis());
  }

  /** Two hundred hanging images are many polls, each with a transaction of its own. */
  @Test
  void noNumberOfHangingImagesNeedsMoreThanABrokerAllows() {
    PreprocessSettings settings = settings(workers, Map.of());
    Duration twoHundred = workers.likelyVerdict().multipliedBy(200);

    assertThat(twoHundred).isGreaterThan(BROKER_TAKES);
    assertThat(settings.transactionTimeout()).isLessThan(BROKER_TAKES);
    assertThat(recordsPerPoll(settings)).isLessThan(200);
  }

  @Test
  void theOperatorsKafkaSettingsWin() {
    PreprocessSettings settings =
        settings(
            workers,
            Map.of(
                "commit.interval.ms",
                "100",
                TRANSACTION_TIMEOUT,
                "600000",
                "security.protocol",
                "SSL"));

    assertThat(settings.streamsSettings())
        .containsEntry("commit.interval.ms", "100")
        .containsEntry(TRANSACTION_TIMEOUT, "600000")
        .containsEntry("security.protocol", "SSL");
  }

  /** By it others know which transactions are a member's. */
  @Test
  void clientsAreNamedByKafkaStreamsAlone() {
    PreprocessSettings settings = settings(workers, Map.of("client.id", "mine"));

    assertThat(settings.streamsSettings()).doesNotContainKey("client.id");
    assertThat(settings.indexSettings()).doesNotContainKey("client.id");
    assertThat(settings.lookUpSettings()).doesNotContainKey("client.id");
  }

  /** So no setting need be refused for them. */
  @Test
  void settingsOfAllConsumersAndProducersDoNotReachWhatIsComputed() {
    PreprocessSettings plain = settings(workers, Map.of());
    StreamsConfig config =
        new StreamsConfig(
            settings(
                    workers,
                    Map.of(
                        "max.poll.records", "500",
                        "consumer.max.poll.records", "500",
                        "max.poll.interval.ms", "1000",
                        "consumer.max.poll.interval.ms", "1000",
                        "transaction.timeout.ms", "1000"))
                .streamsSettings());

    assertThat(config.getMainConsumerConfigs("group", "client", 0))
        .containsEntry("max.poll.records", recordsPerPoll(plain))
        .containsEntry(
            "max.poll.interval.ms",
            plain.streamsSettings().get(StreamsConfig.mainConsumerPrefix("max.poll.interval.ms")));
    assertThat(config.getProducerConfigs("client"))
        .containsEntry("transaction.timeout.ms", (int) plain.transactionTimeout().toMillis());
  }

  private static int recordsPerPoll(PreprocessSettings settings) {
    return (int)
        settings.streamsSettings().get(StreamsConfig.mainConsumerPrefix("max.poll.records"));
  }

  private static PreprocessSettings settings(WorkerSettings workers, Map<String, String> kafka) {
    return new PreprocessSettings(cluster(kafka), "dalle", Path.of("state"), 3, workers);
  }

  private static Cluster cluster(Map<String, String> kafka) {
    return new Cluster("far-away:9092", "mock://settings", new Dataset("mine"), kafka, Map.of());
  }
}
