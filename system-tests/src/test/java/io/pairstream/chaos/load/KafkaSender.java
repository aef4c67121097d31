package io.pairstream.chaos.load;

import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer with a Kafka client, which several share. */
final class KafkaSender implements Producers.Sender {

  /** Then a record's fate is unknown. */
  private static final int DELIVERED_WITHIN_MILLIS = 30_000;

  private final Producers producers;
  private final Cluster cluster;
  private final int partitions;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<String, Integer> schemaIds = new HashMap<>();

  KafkaSender(
      Producers producers,
      Cluster cluster,
      int partitions,
      KafkaProducer<byte[], byte[]> producer) {
    this.producers = producers;
    this.cluster = cluster;
    this.partitions = partitions;
    this.producer = producer;
    for (String topic : List.of(TopicCatalogue.CROWDSOURCED, TopicCatalogue.SCRAPED)) {
      String subject = cluster.dataset().topic(topic) + "-value";
      schemaIds.put(topic, cluster.registry().idOf(subject, RawPair.SCHEMA$));
    }
  }

  @Override
  public Optional<Fate> attempt(SentPair pair) throws InterruptedException {
    byte[] value = pair.value(schemaIds.get(pair.topic()));
    String digest = SentPair.digest(value);
    try {
      RecordMetadata at =
          producer
              .send(
                  new ProducerRecord<>(
                      cluster.dataset().topic(pair.topic()),
                      pair.partition(partitions),
                      pair.timestamp().map(Instant::toEpochMilli).orElse(null),
                      pair.key(),
                      value))
              .get();
      Site site = new Site(at.topic(), at.partition(), at.offset());
      producers.note(LedgerEntry.acknowledged(pair, digest, site));
      return Optional.of(Fate.ACKNOWLEDGED);
    } catch (ExecutionException | KafkaException e) {
      producers.note(LedgerEntry.failed(Fate.UNSURE, pair, digest, String.valueOf(e)));
      return Optional.of(Fate.UNSURE);
    }
  }

  static KafkaProducer<byte[], byte[]> producer(Cluster cluster) {
    return new KafkaProducer<>(
        cluster.clientSettings(
            Map.of(
                "acks",
                "all",
                "enable.idempotence",
                true,
                "linger.ms",
                5,
                // A broker that starts anew after SIGKILL knows of each producer only the last
                // batch on a partition. Those before it that were not acknowledged yet would be
                // there a second time, under coordinates that no ledger tells.
                "max.in.flight.requests.per.connection",
                1,
                "request.timeout.ms",
                5_000,
                "delivery.timeout.ms",
                DELIVERED_WITHIN_MILLIS,
                "max.block.ms",
                DELIVERED_WITHIN_MILLIS)),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }
}
