package io.pairstream.ingest.publish;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Publishes pairs on one raw topic, keyed by image digest.
 *
 * <p>An acknowledgement means that the record is in Kafka exactly once (idempotent, {@code
 * acks=all}). A send is tried again for {@link #DELIVERY_TIMEOUT}, so a broker that restarts loses
 * nothing. At most {@link #BUFFER_BYTES} are in flight: {@link #publish} blocks until there is room
 * again. A send that fails is reported by its future, and once more by {@link #flush} and {@link
 * #close}. Thread-safe.
 *
 * <p>Futures complete on the producer's own thread; what depends on them must be short.
 */
public final class PairPublisher implements AutoCloseable {

  /** Bytes in flight before {@link #publish} blocks. */
  public static final int BUFFER_BYTES = 64 * 1024 * 1024;

  /** How long a send is tried again before it counts as failed. */
  public static final Duration DELIVERY_TIMEOUT = Duration.ofMinutes(10);

  /** How long opening waits for a broker. */
  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(10);

  /** Time for records of the same partition to gather in one batch. */
  private static final Duration LINGER = Duration.ofMillis(5);

  private static final int BATCH_BYTES = 1024 * 1024;

  /**
   * What Kafka adds to key, value and no headers, rounded up: 61 bytes of batch header and at most
   * 36 of record (https://kafka.apache.org/documentation/#messageformat). The topic's limit counts
   * them in.
   */
  private static final int RECORD_OVERHEAD_BYTES = 100;

  private final String topic;
  private final Serializer<RawPair> serializer;
  private final Producer<byte[], byte[]> producer;
  private final Clock clock;
  private final AtomicReference<PublishFailedException> firstFailure = new AtomicReference<>();

  private PairPublisher(
      String topic,
      Serializer<RawPair> serializer,
      Producer<byte[], byte[]> producer,
      Clock clock) {
    this.topic = topic;
    this.serializer = serializer;
    this.producer = producer;
    this.clock = clock;
  }

  /**
   * Opens a publisher once the topic takes records and the registry holds the schema.
   *
   * @param topic one of the two raw topics
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}; those that an
   *     acknowledgement rests on stay as they are
   * @throws MissingTopicException where there is no such topic
   * @throws BrokerUnavailableException where no broker answers within 10 s
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public static PairPublisher open(
      Topic<String, RawPair> topic, Registry registry, Map<String, ?> kafkaSettings, Clock clock) {
    new TopicReadiness(kafkaSettings, OPEN_TIMEOUT).await(topic.name());
    int unused = registry.idOf(topic.name() + "-value", RawPair.SCHEMA$);
    return new PairPublisher(
        topic.name(),
        topic.value().serializer(),
        new KafkaProducer<>(
            producerSettings(kafkaSettings), new ByteArraySerializer(), new ByteArraySerializer()),
        clock);
  }

  /** Full name of the topic. */
  public String topic() {
    return topic;
  }

  /**
   * Sends a pair; blocks while too much is in flight.
   *
   * @return the acknowledgement, or {@link PublishFailedException}
   * @throws PairTooLargeException where image or record is larger than {@link RecordSizes} allows
   * @throws RegistryUnavailableException where the schema's id is not known yet and the registry
   *     does not answer
   */
  public CompletableFuture<Published> publish(NewPair pair) {
    if (pair.imageBytes() > RecordSizes.MAX_IMAGE) {
      throw new PairTooLargeException("the image", pair.imageBytes(), RecordSizes.MAX_IMAGE);
    }
    String imageDigest = PairIdentity.imageDigest(pair.image());
    String pairId = PairIdentity.pairId(imageDigest, pair.caption());
    byte[] key = imageDigest.getBytes(StandardCharsets.UTF_8);
    return send(key, serialize(pair), "pair " + pairId)
        .thenApply(
            metadata ->
                new Published(pairId, imageDigest, topic, metadata.partition(), metadata.offset()));
  }

  /**
   * Sends a record as it is: what a foreign producer sent, or would send.
   *
   * @return partition and offset, or {@link PublishFailedException}
   * @throws PairTooLargeException where the record is larger than {@link RecordSizes} allows
   */
  public CompletableFuture<RecordMetadata> publishRecord(byte[] key, byte[] value) {
    return send(key, value, "a record of " + value.length + " bytes");
  }

  /**
   * Returns once every record sent so far is acknowledged or has failed.
   *
   * @throws PublishFailedException the first failure since the last flush
   */
  public void flush() {
    producer.flush();
    throwFailure();
  }

  /**
   * Sends what is in flight, then lets go of the connections.
   *
   * @throws PublishFailedException the first failure since the last flush
   */
  @Override
  public void close() {
    producer.close();
    throwFailure();
  }

  /** Lets go of the connections at once; what is not acknowledged yet fails. */
  public void abort() {
    producer.close(Duration.ZERO);
  }

  private void throwFailure() {
    PublishFailedException failure = firstFailure.getAndSet(null);
    if (failure != null) {
      throw failure;
    }
  }

  private CompletableFuture<RecordMetadata> send(byte[] key, byte[] value, String what) {
    long recordBytes = (long) key.length + value.length + RECORD_OVERHEAD_BYTES;
    if (recordBytes > RecordSizes.MAX_RAW_RECORD) {
      throw new PairTooLargeException("the record", recordBytes, RecordSizes.MAX_RAW_RECORD);
    }
    CompletableFuture<RecordMetadata> acknowledged = new CompletableFuture<>();
    try {
      var unused =
          producer.send(
              new ProducerRecord<>(topic, key, value),
              (metadata, error) -> {
                if (error == null) {
                  acknowledged.complete(metadata);
                } else {
                  acknowledged.completeExceptionally(failed(what, error));
                }
              });
    } catch (KafkaException e) {
      acknowledged.completeExceptionally(failed(what, e));
    }
    return acknowledged;
  }

  private PublishFailedException failed(String what, Exception cause) {
    PublishFailedException failure =
        new PublishFailedException(
            topic + " did not take " + what + ": " + cause.getMessage(), cause);
    firstFailure.compareAndSet(null, failure);
    return failure;
  }

  private byte[] serialize(NewPair pair) {
    RawPair raw =
        RawPair.newBuilder()
            .setImage(pair.image().duplicate())
            .setCaption(pair.caption())
            .setLanguage(pair.language())
            .setSourceKind(pair.sourceKind().name())
            .setContributor(pair.contributor())
            .setUrl(pair.url())
            .setLicence(pair.licence())
            .setMediaType(pair.mediaType())
            .setAnnotations(pair.annotations())
            .setReceivedAt(clock.instant())
            .build();
    try {
      return serializer.serialize(topic, raw);
    } catch (SerializationException e) {
      throw new RegistryUnavailableException(
          "a pair cannot be written for topic " + topic + ": " + e.getMessage(), e);
    }
  }

  private static Map<String, Object> producerSettings(Map<String, ?> kafkaSettings) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, (int) LINGER.toMillis());
    // Images are compressed already.
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY_TIMEOUT.toMillis());
    settings.putAll(kafkaSettings);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    // Sizes are decided before the send; the client's own limit stays out of the way.
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, RecordSizes.MAX_RECORD);
    // A full buffer, or a broker that is away, blocks the caller for as long as a send may take.
    settings.put(
        ProducerConfig.MAX_BLOCK_MS_CONFIG,
        String.valueOf(settings.get(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG)));
    return settings;
  }
}
