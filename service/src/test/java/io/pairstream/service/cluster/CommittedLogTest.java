package io.pairstream.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import io.pairstream.testing.PackedBatch;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CommittedLogTest {

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  /** 2.4 GB; the tests, with their broker, have 1 GiB of heap. */
  private static final int RECORDS = 300;

  private static final int RECORD_BYTES = 8 * 1024 * 1024;

  @Test
  void readsAPackedBatchThatUnpacksToMoreThanMemory() throws IOException {
    ClusterAccess cluster = KAFKA.dataset(1, TopicCatalogue.CROWDSOURCED);
    TopicPartition raw = new TopicPartition(cluster.topics().crowdsourced().name(), 0);
    PackedBatch batch = PackedBatch.of(RECORDS, new byte[RECORD_BYTES], Compression.zstd().build());
    assertThat(batch.send(KAFKA.bootstrapServers(), raw)).isEqualTo(Errors.NONE);
    AtomicLong bytes = new AtomicLong();

    try (CommittedLog log = CommittedLog.open(cluster)) {
      log.read(
          Map.of(raw, new Stretch(0, RECORDS)),
          record -> {
            bytes.addAndGet(record.value().length);
            return true;
          });
    }

    assertThat(bytes).hasValue((long) RECORDS * RECORD_BYTES);
  }
}
