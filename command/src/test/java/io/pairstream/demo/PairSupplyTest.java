package io.pairstream.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPair.Content;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.ingest.files.PairSources;
import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.service.Cluster;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(900)
class PairSupplyTest {

  private static final long SEED = 7;

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess access = KAFKA.dataset(2);
  private final AtomicLong published = new AtomicLong();

  @TempDir Path folder;

  @Test
  void drawnPairsArriveAsTheSeedDrawsThem() {
    int pairs = 40;
    String topic = access.topics().crowdsourced().name();
    int schemaId = access.registry().idOf(topic + "-value", RawPair.SCHEMA$);
    List<ByteBuffer> drawn = new ArrayList<>();
    for (int index = 0; index < pairs; index++) {
      Content content = new DrawnPairs(SEED).at(index).content();
      drawn.add(
          content instanceof Content.Forged forged
              ? ByteBuffer.wrap(forged.value(schemaId))
              : ((Content.Submitted) content).pair().image());
    }

    publish(PairSupply.drawn(SEED, pairs));

    assertThat(published).hasValue(pairs);
    assertThat(images()).containsExactlyInAnyOrderElementsOf(drawn);
  }

  @Test
  void filesArriveUpToTheLimitAndProblemsAreTold() throws Exception {
    for (String name : List.of("a", "b", "c", "d")) {
      Files.writeString(folder.resolve(name + ".jpg"), "image " + name);
      Files.writeString(folder.resolve(name + ".txt"), "caption " + name);
    }
    Files.write(folder.resolve("b.txt"), new byte[] {(byte) 0xff, (byte) 0xfe, (byte) 0xff});
    List<Problem> problems = new ArrayList<>();
    PairSources sources = new PairSources(SourceOptions.of(SourceKind.IMPORTED));

    publish(PairSupply.files(sources.open(folder), 2, problems::add));

    assertThat(published).hasValue(2);
    assertThat(images())
        .extracting(image -> StandardCharsets.UTF_8.decode(image).toString())
        .containsExactlyInAnyOrder("image a", "image c");
    assertThat(problems).singleElement().extracting(Problem::where).asString().contains("b.");
  }

  private void publish(PairSupply supply) {
    Cluster cluster =
        new Cluster(
            KAFKA.bootstrapServers(),
            access.registry().addresses(),
            access.dataset(),
            Map.of(),
            Map.of());
    try (PairPublisher publisher =
        PairPublisher.open(
            access.topics().crowdsourced(),
            access.registry(),
            access.clientSettings(),
            Clock.systemUTC())) {
      supply.publish(publisher, cluster, published::incrementAndGet);
    }
  }

  /** The image of every record on the topic; the whole value where it cannot be read. */
  private List<ByteBuffer> images() {
    Topic<String, RawPair> topic = access.topics().crowdsourced();
    return TestCluster.committed(access, topic.name()).stream()
        .map(
            record ->
                access
                    .decode(topic, record.value())
                    .map(RawPair::getImage)
                    .orElseGet(() -> ByteBuffer.wrap(record.value())))
        .toList();
  }
}
