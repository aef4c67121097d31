package io.pairstream.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPairs;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.testing.Await;
import io.pairstream.testing.PythonEnvironment;
import io.pairstream.testing.TestDataset;
import io.pairstream.tools.audit.AuditReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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
    PythonEnvironment python = PythonEnvironment.of(EXAMPLES.resolve("requirements.txt"));
    DrawnPairs pairs = new DrawnPairs(31, 0.0);

    try (RunningPlatform platform = RunningPlatform.start(folder.resolve("data"))) {
      Map<String, String> kafka =
          Map.of(
              "BOOTSTRAP_SERVERS",
              platform.cluster().bootstrapServers(),
              "SCHEMA_REGISTRY",
              platform.cluster().registryAddresses());
      for (int i = 0; i < 4; i++) {
        RawPair pair = RunningPlatform.submitted(pairs, i);
        assertThat(run(python, "publish_kafka.py", kafka, pair))
            .startsWith(pairId(pair) + " is at pairs.crowdsourced-");
      }
      String server = platform.address("ingest_url");
      Await.until(
          "the server is ready",
          () -> Http.get(server + "/health/ready").statusCode() == 200,
          platform::data);
      RawPair last = RunningPlatform.submitted(pairs, 4);
      assertThat(run(python, "publish_http.py", Map.of("INGEST_URL", server), last))
          .isEqualTo(
              pairId(last) + " is taken; ask after it: " + server + "/v1/pairs/" + pairId(last));

      platform.awaitAllDecided();
      AuditReport audit = platform.audit();
      assertThat(audit.details()).isEmpty();
      assertThat(audit.inputs()).isEqualTo(5);
      assertThat(platform.quarantine()).isEmpty();
      TestDataset dataset = platform.dataset();
      String topic = platform.topics().crowdsourced().name();
      List<ConsumerRecord<byte[], byte[]>> records = dataset.committed(topic);
      List<RawPair> raw = dataset.committedValues(platform.topics().crowdsourced());
      for (int i = 0; i < 5; i++) {
        // In its place: such a record needs no way through the repartition.
        byte[] key = PairIdentity.imageDigest(raw.get(i).getImage()).getBytes(UTF_8);
        assertThat(records.get(i).key()).isEqualTo(key);
        assertThat(records.get(i).partition()).isEqualTo(Utils.toPositive(Utils.murmur2(key)) % 4);
      }
    }
  }

  private String run(
      PythonEnvironment python, String script, Map<String, String> variables, RawPair pair)
      throws Exception {
    Path picture = Files.write(folder.resolve("picture"), RunningPlatform.image(pair));
    return python.run(
        variables, EXAMPLES.resolve(script).toString(), picture.toString(), pair.getCaption());
  }

  private static String pairId(RawPair pair) {
    return PairIdentity.pairId(PairIdentity.imageDigest(pair.getImage()), pair.getCaption());
  }
}
