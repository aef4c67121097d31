package io.pairstream.chaos.load;

import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A producer with a Kafka client of its own. A record whose fate is unknown is noted so, and sent
 * again until it is acknowledged; the client is then replaced by a new one, which knows nothing of
 * the old one's sequence numbers.
 */
final class KafkaSender implements Runnable {

  private static final int MOST_IN_FLIGHT = 300;
  private static final Duration PAUSE = Duration.ofMillis(200);

  /** Then a record's fate is unknown. */
  private static final int DELIVERED_WITHIN_MILLIS = 30_000;

  private final Cluster cluster;
  private final int partitions;
  private final SeededLoad load;
  private final Lane lane;
  private final Producers producers;
  private final Map<String, Integer> schemaIds;
  private final Queue<SentPair> again = new ConcurrentLinkedQueue<>();
  private final Semaphore room = new Semaphore(MOST_IN_FLIGHT);
  private final AtomicBoolean broken = new AtomicBoolean();
  private KafkaProducer<byte[], byte[]> producer;

  KafkaSender(Cluster cluster, int partitions, SeededLoad load, Lane lane, Producers producers) {
    this.cluster = cluster;
    this.partitions = partitions;
    this.load = load;
    this.lane = lane;
    this.producers = producers;
    this.schemaIds =
        List.of(TopicCatalogue.CROWDSOURCED, TopicCatalogue.SCRAPED).stream()
            .collect(
                Collectors.toMap(
                    Function.identity(),
                    topic ->
                        cluster
                            .registry()
                            .idOf(cluster.dataset().topic(topic) + "-value", RawPair.SCHEMA$)));
  }

  @Override
  public void run() {
    producer = newProducer();
    try {
      while (!producers.isStopped()) {
        if (broken.get()) {
          producer.close(Duration.ZERO); // what is in flight fails, and is sent again
          broken.set(false); // after it: those failures are the old client's
          producer = newProducer();
        }
        SentPair pair = again.poll();
        if (pair == null && !producers.isHeld()) {
          long number = lane.next();
          pair = number < 0 ? null : load.at(number);
        }
        if (pair == null) {
          producers.pause(PAUSE); // answers may come
        } else {
          send(pair);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      producer.close(Duration.ZERO);
    }
  }

  private void send(SentPair pair) throws InterruptedException {
    byte[] value = pair.value(schemaIds.get(pair.topic()));
    String digest = SentPair.digest(value);
    room.acquire();
    try {
      var unused =
          producer.send(
              new ProducerRecord<>(
                  cluster.dataset().topic(pair.topic()),
                  pair.partition(partitions),
                  pair.timestamp().map(Instant::toEpochMilli).orElse(null),
                  pair.key(),
                  value),
              (metadata, failure) -> answered(pair, digest, metadata, failure));
    } catch (KafkaException | IllegalStateException e) {
      answered(pair, digest, null, e);
    }
  }

  private void answered(SentPair pair, String digest, RecordMetadata metadata, Exception failure) {
    room.release();
    if (failure == null) {
      Site at = new Site(metadata.topic(), metadata.partition(), metadata.offset());
      producers.note(LedgerEntry.acknowledged(pair, digest, at));
      producers.settled();
    } else {
      producers.note(LedgerEntry.failed(Fate.UNSURE, pair, digest, String.valueOf(failure)));
      again.add(pair);
      broken.set(true);
    }
  }

  private KafkaProducer<byte[], byte[]> newProducer() {
    return new KafkaProducer<>(
        cluster.clientSettings(
            Map.of(
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                ProducerConfig.LINGER_MS_CONFIG,
                5,
                // A broker that starts anew after SIGKILL knows of each producer only the last
                // batch on a partition. Those before it that were not acknowledged yet would be
                // there a second time, under coordinates that no ledger tells.
                ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                1,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                5_000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                DELIVERED_WITHIN_MILLIS,
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                DELIVERED_WITHIN_MILLIS)),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }
}
