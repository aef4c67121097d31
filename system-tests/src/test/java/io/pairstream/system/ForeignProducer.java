package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.service.Cluster;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer that follows rules of its own: any key, any partition, any bytes. */
final class ForeignProducer implements AutoCloseable {

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;

  ForeignProducer(Cluster cluster) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 10 * 1024 * 1024);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip");
    producer =
        new KafkaProducer<>(
            cluster.clientSettings(settings), new ByteArraySerializer(), new ByteArraySerializer());
    topic = cluster.dataset().topic("crowdsourced");
  }

  /** Sends a record and waits for its acknowledgement. */
  void send(int partition, String key, byte[] value) {
    try {
      producer
          .send(
              new ProducerRecord<>(
                  topic,
                  partition,
                  key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                  value))
          .get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError("the broker does not take the record", e);
    }
  }

  /** Sends a record that the broker must refuse for its size. */
  void expectRefused(int partition, byte[] value) {
    assertThatThrownBy(
            () -> producer.send(new ProducerRecord<>(topic, partition, null, value)).get())
        .hasCauseInstanceOf(InvalidRecordException.class);
  }

  /** Sends one record under a schema id that no registry has handed out. */
  static void sendUnknownSchema(Cluster cluster) {
    try (ForeignProducer foreign = new ForeignProducer(cluster)) {
      foreign.send(0, null, ByteBuffer.allocate(9).put((byte) 0).putInt(987_654_321).array());
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
