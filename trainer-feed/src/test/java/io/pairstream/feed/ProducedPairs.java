package io.pairstream.feed;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.TestCluster;
import io.pairstream.schemas.PreparedPair;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Pairs of a training split, numbered, with grey pictures of {@value #SIDE} x {@value #SIDE}.
 *
 * @param partitions of the split's topic, over which the numbers go round
 */
public record ProducedPairs(ClusterAccess cluster, int partitions) {

  public static final int SIDE = 4;

  /** In transactions of four, so that markers lie between the records. */
  public void produce(int first, int count) {
    try (KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, "-pairs")) {
      for (int i = first; i < first + count; i += 4) {
        producer.beginTransaction();
        for (int j = i; j < Math.min(i + 4, first + count); j++) {
          TestCluster.acknowledged(producer.send(record(j, pair(j))));
        }
        producer.commitTransaction();
      }
    }
    // A commit is answered before readers see it; the next producer of that id waits until they do.
    TestCluster.producer(cluster, "-pairs").close();
  }

  /** Writes a pair's tombstone. */
  public void withdraw(int number) {
    TestCluster.send(cluster, record(number, null));
  }

  private ProducerRecord<byte[], byte[]> record(int number, PreparedPair pair) {
    return TestCluster.record(
        cluster.topics().training(), number % partitions, String.valueOf(number), pair);
  }

  private static PreparedPair pair(int number) {
    return PreparedPair.newBuilder()
        .setPairId(String.valueOf(number))
        .setImage(ByteBuffer.wrap(new DrawnImage(SIDE, SIDE, number % 50).pixels()))
        .setImageEncoding("raw")
        .setWidth(SIDE)
        .setHeight(SIDE)
        .setCaption("caption " + number)
        .setTokenIds(List.of(number))
        .setTokenCount(1)
        .setSplit("TRAINING")
        .build();
  }
}
