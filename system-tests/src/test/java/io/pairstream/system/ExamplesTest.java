package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.drawing.DrawnPair;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.platform.Readiness;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.testing.Await;
import io.pairstream.testing.PythonEnvironment;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples of producers in other languages, as a reader of the guide runs them. */
@Tag("full")
@Timeout(1800)
class ExamplesTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));
  private static final Path EXAMPLES = PROJECT.resolve("examples");

  @TempDir private Path folder;

  @Test
  void pairsOfTheExamplesAreTakenAsOurOwn() throws Exception {
    PythonEnvironment python =
        PythonEnvironment.of(
            PROJECT.resolve("system-tests/target/examples-python"),
            EXAMPLES.resolve("requirements.txt"));
    DrawnPairs pairs = new DrawnPairs(31, 0.0);

    try (RunningPlatform platform = RunningPlatform.start(folder.resolve("data"), "demo")) {
      for (int i = 0; i < 4; i++) {
        publishToKafka(python, platform, submitted(pairs, i));
      }
      String server = server(platform);
      Await.until(
          "the server is ready",
          Readiness.httpOk(URI.create(server + "/health/ready"))::isReady,
          () -> platform.data());
      publishOverHttp(python, server, submitted(pairs, 4));

      platform.awaitAllDecided();
      AuditReport audit = platform.audit();
      assertThat(audit.details()).isEmpty();
      assertThat(audit.inputs()).isEqualTo(5);
      assertThat(platform.quarantine()).isEmpty();
      List<ConsumerRecord<String, byte[]>> records = raw(platform);
      assertThat(records).hasSize(5);
      for (ConsumerRecord<String, byte[]> record : records) {
        RawPair pair = decode(platform, record);
        // In its place: such a record needs no way through the repartition.
        assertThat(record.key()).isEqualTo(PairIdentity.imageDigest(pair.getImage()));
        assertThat(record.partition())
            .isEqualTo(
                Utils.toPositive(Utils.murmur2(record.key().getBytes(StandardCharsets.UTF_8)))
                    % partitions(platform));
      }
    }
  }

  private void publishToKafka(PythonEnvironment python, RunningPlatform platform, NewPair pair)
      throws Exception {
    String said =
        python.run(
            Map.of(
                "BOOTSTRAP_SERVERS",
                platform.cluster().bootstrapServers(),
                "SCHEMA_REGISTRY",
                platform.cluster().registryAddresses()),
            EXAMPLES.resolve("publish_kafka.py").toString(),
            picture(pair).toString(),
            pair.caption());

    assertThat(said).startsWith(pairId(pair) + " is at pairs.crowdsourced-");
  }

  private void publishOverHttp(PythonEnvironment python, String server, NewPair pair)
      throws Exception {
    String said =
        python.run(
            Map.of("INGEST_URL", server),
            EXAMPLES.resolve("publish_http.py").toString(),
            picture(pair).toString(),
            pair.caption());

    assertThat(said)
        .isEqualTo(
            pairId(pair) + " is taken; ask after it: " + server + "/v1/pairs/" + pairId(pair));
  }

  private static String server(RunningPlatform platform) throws IOException {
    return new JsonMapper()
        .readTree(platform.data().resolve("platform.json").toFile())
        .get("ingest_url")
        .asText();
  }

  private static NewPair submitted(DrawnPairs pairs, long index) {
    return ((DrawnPair.Content.Submitted) pairs.at(index).content()).pair();
  }

  private Path picture(NewPair pair) throws Exception {
    byte[] bytes = new byte[pair.imageBytes()];
    pair.image().duplicate().get(bytes);
    return Files.write(folder.resolve("picture"), bytes);
  }

  private static String pairId(NewPair pair) {
    return PairIdentity.pairId(PairIdentity.imageDigest(pair.image()), pair.caption());
  }

  private static RawPair decode(RunningPlatform platform, ConsumerRecord<String, byte[]> record) {
    return PairTopics.of(
            platform.cluster().dataset(), new AvroSerdes(platform.cluster().registry()))
        .crowdsourced()
        .value()
        .deserializer()
        .deserialize(record.topic(), record.value());
  }

  private static int partitions(RunningPlatform platform) {
    try (KafkaConsumer<String, byte[]> consumer = consumer(platform)) {
      return consumer.partitionsFor("pairs.crowdsourced").size();
    }
  }

  private static List<ConsumerRecord<String, byte[]>> raw(RunningPlatform platform) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer = consumer(platform)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor("pairs.crowdsourced").stream()
              .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  private static KafkaConsumer<String, byte[]> consumer(RunningPlatform platform) {
    return new KafkaConsumer<>(
        platform.cluster().clientSettings(Map.of()),
        new StringDeserializer(),
        new ByteArrayDeserializer());
  }
}
