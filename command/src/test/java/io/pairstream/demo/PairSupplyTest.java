package io.pairstream.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.drawing.DrawnPair;
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
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(900)
class PairSupplyTest {

  private static final long SEED = 7;

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess access = KAFKA.dataset(2);
  private final Cluster cluster =
      new Cluster(
          KAFKA.bootstrapServers(),
          access.registry().addresses(),
          access.dataset(),
          Map.of(),
          Map.of());
  private final AtomicLong published = new AtomicLong();

  @TempDir Path folder;

  @Test
  void drawnPairsArriveAsTheSeedDrawsThem() {
    int pairs = 40;
    int schemaId =
        access.registry().idOf(access.topics().crowdsourced().name() + "-value", RawPair.SCHEMA$);
    List<ByteBuffer> forged = new ArrayList<>();
    List<ByteBuffer> images = new ArrayList<>();
    for (int index = 0; index < pairs; index++) {
      DrawnPair drawn = new DrawnPairs(SEED).at(index);
      if (drawn.content() instanceof Content.Forged forgery) {
        forged.add(ByteBuffer.wrap(forgery.value(schemaId)));
      } else {
        images.add(((Content.Submitted) drawn.content()).pair().image());
      }
    }

    publish(PairSupply.drawn(SEED, pairs));

    List<ByteBuffer> values = new ArrayList<>(values());
    assertThat(published).hasValue(pairs);
    assertThat(values).hasSize(pairs).containsAll(forged);
    values.removeAll(forged);
    assertThat(values.stream().map(this::image)).containsExactlyInAnyOrderElementsOf(images);
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
    assertThat(values().stream().map(this::image))
        .containsExactlyInAnyOrder(bytes("image a"), bytes("image c"));
    assertThat(problems).hasSize(1).first().extracting(Problem::where).asString().contains("b.");
  }

  private void publish(PairSupply supply) {
    try (PairPublisher publisher =
        PairPublisher.open(
            access.topics().crowdsourced(),
            access.registry(),
            access.clientSettings(),
            Clock.systemUTC())) {
      supply.publish(publisher, cluster, published::incrementAndGet);
    }
  }

  /** The value of every record on the topic. */
  private List<ByteBuffer> values() {
    return TestCluster.committed(access, access.topics().crowdsourced().name()).stream()
        .map(record -> ByteBuffer.wrap(record.value()))
        .toList();
  }

  private ByteBuffer image(ByteBuffer value) {
    byte[] bytes = Utils.toArray(value);
    return access
        .topics()
        .crowdsourced()
        .value()
        .deserializer()
        .deserialize(access.topics().crowdsourced().name(), bytes)
        .getImage();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
