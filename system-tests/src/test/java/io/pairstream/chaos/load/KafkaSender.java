package io.pairstream.chaos.load;

import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private final SeededLoad load;
  private final Lane lane;
  private final RawTopics topics;
  private final SentLedger ledger;
  private final SendingProgress progress;
  private final Queue<SentPair> again = new ConcurrentLinkedQueue<>();
  private final Semaphore room = new Semaphore(MOST_IN_FLIGHT);
  private final AtomicBoolean broken = new AtomicBoolean();
  private KafkaProducer<byte[], byte[]> producer;

  KafkaSender(
      Cluster cluster,
      SeededLoad load,
      Lane lane,
      RawTopics topics,
      SentLedger ledger,
      SendingProgress progress) {
    this.cluster = cluster;
    this.load = load;
    this.lane = lane;
    this.topics = topics;
    this.ledger = ledger;
    this.progress = progress;
  }

  @Override
  public void run() {
    producer = newProducer();
    try {
      while (!progress.isStopped()) {
        if (broken.get()) {
          producer.close(Duration.ZERO); // what is in flight fails, and is sent again
          broken.set(false); // after it: those failures are the old client's
          producer = newProducer();
        }
        SentPair pair = again.poll();
        if (pair == null) {
          long number = lane.next();
          pair = number < 0 ? null : load.at(number);
        }
        if (pair == null) {
          progress.awaitChange(PAUSE); // answers may come
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
    Optional<byte[]> value = pair.value(topics.schemaId(pair.topic()));
    String digest = value.map(Sha256::hex).orElse(LedgerEntry.NO_VALUE);
    String topic = topics.fullName(pair.topic());
    var partition = pair.partition(topics.partitions(pair.topic()));
    room.acquire();
    try {
      var unused =
          producer.send(
              new ProducerRecord<>(
                  topic,
                  partition.isPresent() ? partition.getAsInt() : null,
                  pair.timestamp().map(Instant::toEpochMilli).orElse(null),
                  pair.key().orElse(null),
                  value.orElse(null)),
              (metadata, failure) -> answered(pair, topic, digest, metadata, failure));
    } catch (KafkaException | IllegalStateException e) {
      answered(pair, topic, digest, null, e);
    }
  }

  private void answered(
      SentPair pair, String topic, String digest, RecordMetadata metadata, Exception failure) {
    room.release();
    boolean took = failure == null;
    ledger.add(
        new LedgerEntry(
            took ? Fate.ACKNOWLEDGED : Fate.UNSURE,
            pair.number(),
            pair.kind(),
            topic,
            took ? metadata.partition() : -1,
            took ? metadata.offset() : -1,
            digest,
            pair.pairId(),
            pair.imageDigest(),
            Instant.now(),
            took ? "" : String.valueOf(failure)));
    if (took) {
      progress.settled();
    } else {
      again.add(pair);
      broken.set(true);
      progress.changed();
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
