package io.pairstream.chaos.faults;

import io.pairstream.chaos.cluster.ChaosCluster;
import io.pairstream.chaos.load.SentPair;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends a fault's own records, one after the other, and notes what became of each. */
final class OwnSender implements AutoCloseable {

  private final OwnRecords records;
  private final KafkaProducer<byte[], byte[]> producer;

  OwnSender(ChaosCluster cluster, OwnRecords records) {
    this.records = records;
    this.producer =
        new KafkaProducer<>(
            cluster.access().clientSettings(Map.of(ProducerConfig.ACKS_CONFIG, "all")),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /**
   * Sends a pair under the key that it should have.
   *
   * @param timestamp that the record claims, in milliseconds; none for the producer's clock
   */
  void send(SentPair pair, byte[] value, Optional<Long> timestamp) throws InterruptedException {
    String topic = ChaosCluster.DATASET.topic(pair.topic());
    try {
      records.acknowledged(
          pair,
          value,
          producer
              .send(
                  new ProducerRecord<>(
                      topic, null, timestamp.orElse(null), pair.key().orElseThrow(), value))
              .get());
    } catch (ExecutionException e) {
      records.unsure(pair, value, topic, String.valueOf(e.getCause()));
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
