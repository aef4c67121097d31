package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.curation.history.PairHistory;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.testing.Await;
import io.pairstream.testing.PackedBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A few kB from a client that may write received pairs unpack to more than any process of the
 * platform has memory for: each process goes on, and so do good pairs.
 */
@Tag("full")
@Timeout(1200)
class PackedBatchesTest {

  /** 200 MB in each of eight partitions; services have 256 MiB to 1 GiB, the broker 384 MiB. */
  private static final int RECORDS = 25;

  private static final byte[] LARGEST = new byte[8 * 1024 * 1024];

  @TempDir private Path folder;

  @Test
  void endNeitherTheBrokerNorAnyReader() throws IOException {
    try (RunningPlatform platform = RunningPlatform.start(folder)) {
      String broker = platform.cluster().bootstrapServers();
      Map<String, Long> before = processes(platform);
      List<PackedBatch> batches =
          List.of(
              PackedBatch.of(RECORDS, LARGEST, Compression.zstd().build()),
              PackedBatch.of(RECORDS, LARGEST, Compression.gzip().build()));
      PackedBatch tooLarge =
          PackedBatch.of(1, new byte[RecordSizes.MAX_RAW_RECORD + 1], Compression.zstd().build());

      for (TopicPartition partition : received(platform)) {
        assertThat(tooLarge.send(broker, partition)).isEqualTo(Errors.INVALID_RECORD);
        PackedBatch batch = batches.get(partition.partition() % batches.size());
        assertThat(batch.size()).isLessThan(300_000);
        assertThat(batch.send(broker, partition)).isEqualTo(Errors.NONE);
      }
      DrawnPairs good = new DrawnPairs(7, 0.0);
      platform.publish(good, 0, 20);
      platform.awaitAllDecided();

      String dashboard = platform.address("dashboard_url");
      Await.until(
          "all of them are on the dashboard",
          () -> Http.json(dashboard + "/v1/quarantine").path("total").asInt() == 8 * RECORDS,
          () -> Http.json(dashboard + "/v1/quarantine"));
      RawPair pair = RunningPlatform.submitted(good, 0);
      String id = PairIdentity.pairId(PairIdentity.imageDigest(pair.getImage()), pair.getCaption());
      PairHistory history = new PairHistory(platform.access());
      assertThat(history.find(id).orElseThrow().status()).isIn("TRAINING", "VALIDATION", "TEST");
      assertThat(history.find("pairs.scraped-0-3")).isPresent();
      assertThat(platform.audit().details()).isEmpty();
      assertThat(processes(platform)).isEqualTo(before);
    }
  }

  private static List<TopicPartition> received(RunningPlatform platform) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : platform.topics().receivedNames()) {
      for (int partition = 0; partition < 4; partition++) {
        partitions.add(new TopicPartition(topic, partition));
      }
    }
    return partitions;
  }

  private static Map<String, Long> processes(RunningPlatform platform) {
    return Stream.of("broker", "preprocess", "ingest", "operate")
        .collect(Collectors.toMap(name -> name, platform::pid));
  }
}
