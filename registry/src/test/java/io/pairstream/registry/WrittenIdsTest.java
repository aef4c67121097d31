package io.pairstream.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Level;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WrittenIdsTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private final ClusterAccess cluster =
      KAFKA.dataset(
          2, TopicCatalogue.CROWDSOURCED, TopicCatalogue.TRAINING, TopicCatalogue.RECEIPTS);

  @Test
  void namesIdsOfRecordsThatTheRegistryDoesNotKnow() {
    try (PlayedPipeline pipeline = new PlayedPipeline(cluster)) {
      Sent good = pipeline.send("image 1", "caption 1");
      pipeline.accept(good, PairStatus.TRAINING);
      assertThat(writtenIds()).isEmpty();

      Sent lost = pipeline.send("image 2", "caption 2");
      ProducerRecord<byte[], byte[]> output =
          TestCluster.record(
              pipeline.topic(PairStatus.TRAINING),
              null,
              lost.pairId(),
              PlayedPipeline.prepared(lost, PairStatus.TRAINING));
      ByteBuffer.wrap(output.value()).putInt(1, 987_654);
      pipeline.transaction(lost, List.of(output));
    }

    assertThat(writtenIds())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.level()).isEqualTo(Level.WRONG);
              assertThat(finding.found())
                  .contains(
                      "name ids that the registry does not give: 987654 ("
                          + cluster.topics().training().name()
                          + "-")
                  .endsWith("they cannot be read");
            });
  }

  @Test
  void onlyWarnsOfWhatAnybodyMayWrite() {
    TestCluster.send(
        cluster,
        new ProducerRecord<>(
            cluster.topics().crowdsourced().name(),
            0,
            null,
            ByteBuffer.allocate(9).put((byte) 0).putInt(987_654).array()));

    assertThat(writtenIds()).extracting(Finding::level).containsExactly(Level.WARNING);
  }

  private List<Finding> writtenIds() {
    return WrittenIds.look(cluster);
  }
}
