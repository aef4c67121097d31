package io.pairstream.chaos.load;

import io.pairstream.chaos.load.LedgerEntry.Fate;
import io.pairstream.service.Cluster;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
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
  private static final Duration PATIENCE = Duration.ofMillis(200);

  private final Cluster cluster;
  private final ProducersPlan plan;
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
      ProducersPlan plan,
      SeededLoad load,
      Lane lane,
      RawTopics topics,
      SentLedger ledger,
      SendingProgress progress) {
    this.cluster = cluster;
    this.plan = plan;
    this.load = load;
    this.lane = lane;
    this.topics = topics;
    this.ledger = ledger;
    this.progress = progress;
  }

  /** Puts a record before those of the load. */
  void enqueue(SentPair pair) {
    again.add(pair);
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
          progress.awaitChange(PATIENCE); // answers may come, or records of a fault
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
    String digest = value.map(KafkaSender::sha256).orElse(LedgerEntry.NO_VALUE);
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
      progress.acknowledged();
    } else {
      again.add(pair);
      broken.set(true);
      progress.unsure();
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
                (int) plan.deliveryTimeout().toMillis(),
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                plan.deliveryTimeout().toMillis())),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static String sha256(byte[] value) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
