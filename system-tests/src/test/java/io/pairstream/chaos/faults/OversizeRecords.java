package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.schemas.topics.TopicCatalogue;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends records that are larger than a raw topic takes, one of them packed small.
 *
 * <p>Promised: the broker refuses them, the producer is told, and nothing enters.
 */
final class OversizeRecords extends ClusterFault {

  /** A raw record has at most 9 MiB. */
  private static final int BYTES = 9 * 1024 * 1024 + 64 * 1024;

  OversizeRecords(String kind, ChaosCluster cluster, SplittableRandom random) {
    super(kind, Duration.ofSeconds(1), cluster, random);
  }

  @Override
  public void inject() throws InterruptedException {
    byte[] noise = new byte[BYTES];
    random.nextBytes(noise);
    send("none", noise);
    send("gzip", new byte[BYTES]);
  }

  private void send(String compression, byte[] value) throws InterruptedException {
    Map<String, Object> settings =
        cluster
            .access()
            .clientSettings(
                Map.of(
                    ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                    64 * 1024 * 1024,
                    ProducerConfig.COMPRESSION_TYPE_CONFIG,
                    compression));
    String topic = ChaosCluster.DATASET.topic(TopicCatalogue.CROWDSOURCED);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      long offset = producer.send(new ProducerRecord<>(topic, 0, null, value)).get().offset();
      throw new AssertionError(
          "a record of " + value.length + " bytes, " + compression + ", was taken at " + offset);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof RecordTooLargeException)) {
        throw new AssertionError("the broker refused a record for another reason", e);
      }
    }
  }

  @Override
  public void heal() {
    // Nothing was taken.
  }
}
