package io.pairstream.service.publish;

import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Publishes records of one kind on one topic.
 *
 * <p>An acknowledgement means that the record is in Kafka exactly once (idempotent, {@code
 * acks=all}). A send is tried again for {@link #DELIVERY_TIMEOUT}, so a broker that restarts loses
 * nothing. What is in flight is bounded: {@link #publish} blocks until there is room again. A send
 * that fails is reported by its future, and once more by {@link #flush} and {@link #close}.
 * Thread-safe.
 *
 * <p>Futures complete on the producer's own thread; what depends on them must be short.
 *
 * @param <T> the records
 */
public final class RecordPublisher<T extends SpecificRecord> implements AutoCloseable {

  /** How long a send is tried again before it counts as failed. */
  public static final Duration DELIVERY_TIMEOUT = Duration.ofMinutes(10);

  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(10);

  /** Time for records of the same partition to gather in one batch. */
  private static final Duration LINGER = Duration.ofMillis(5);

  private static final int BATCH_BYTES = 1024 * 1024;

  /**
   * Kafka's overhead of a record without headers, rounded up: 61 bytes of batch header and at most
   * 36 of record (https://kafka.apache.org/documentation/#messageformat). The topic's limit counts
   * them in.
   */
  private static final int RECORD_OVERHEAD_BYTES = 100;

  private final String topic;
  private final int maxRecordBytes;
  private final Serializer<T> serializer;
  private final Producer<byte[], byte[]> producer;
  private final AtomicReference<PublishFailedException> firstFailure = new AtomicReference<>();

  private RecordPublisher(
      String topic,
      int maxRecordBytes,
      Serializer<T> serializer,
      Producer<byte[], byte[]> producer) {
    this.topic = topic;
    this.maxRecordBytes = maxRecordBytes;
    this.serializer = serializer;
    this.producer = producer;
  }

  /**
   * Opens a publisher once the topic takes records and the registry holds the schema.
   *
   * @param limits what is taken
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}; those that an
   *     acknowledgement rests on stay as they are
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException where there is no such
   *     topic
   * @throws org.apache.kafka.common.errors.TimeoutException where no broker answers within 10 s, or
   *     within the {@code default.api.timeout.ms} of the settings
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public static <T extends SpecificRecord> RecordPublisher<T> open(
      Topic<T> topic, Limits limits, Map<String, ?> kafkaSettings) {
    Duration timeout = KafkaTimeouts.ofAnswers(kafkaSettings, OPEN_TIMEOUT);
    try (TopicWatch watch = new TopicWatch(kafkaSettings, List.of(topic.name()), timeout)) {
      watch.awaitUp();
    }
    topic.requireSchema();
    return new RecordPublisher<>(
        topic.name(),
        limits.recordBytes(),
        topic.value().serializer(),
        new KafkaProducer<>(
            producerSettings(limits, kafkaSettings),
            new ByteArraySerializer(),
            new ByteArraySerializer()));
  }

  /** Full name of the topic. */
  public String topic() {
    return topic;
  }

  /**
   * Sends a record; blocks while too much is in flight.
   *
   * @param what the record in a failure's message: {@code pair 3f…}
   * @return the acknowledgement, or {@link PublishFailedException}
   * @throws PairTooLargeException where the record is larger than the limits allow
   * @throws RegistryUnavailableException where the schema's id is not known yet and the registry
   *     does not answer
   */
  public CompletableFuture<RecordMetadata> publish(String key, T value, String what) {
    return publish(key, value, List.of(), what);
  }

  /**
   * Publishes a record with headers, which must be few and short, as {@link #publish(String,
   * SpecificRecord, String)} does.
   */
  public CompletableFuture<RecordMetadata> publish(
      String key, T value, List<Header> headers, String what) {
    byte[] bytes;
    try {
      bytes = serializer.serialize(topic, value);
    } catch (SerializationException e) {
      throw new RegistryUnavailableException(
          what + " cannot be written for topic " + topic + ": " + e.getMessage(), e);
    }
    return send(key.getBytes(StandardCharsets.UTF_8), bytes, headers, what);
  }

  /** Sends a tombstone, which removes the key from a topic that keeps the last value of each. */
  public CompletableFuture<RecordMetadata> remove(String key, String what) {
    return send(key.getBytes(StandardCharsets.UTF_8), null, List.of(), what);
  }

  private CompletableFuture<RecordMetadata> send(
      byte[] key, byte[] value, List<Header> headers, String what) {
    long valueBytes = value == null ? 0 : value.length;
    long recordBytes = key.length + valueBytes + RECORD_OVERHEAD_BYTES;
    for (Header header : headers) {
      recordBytes += header.key().length() + header.value().length;
    }
    if (recordBytes > maxRecordBytes) {
      throw new PairTooLargeException("the record", recordBytes, maxRecordBytes);
    }
    CompletableFuture<RecordMetadata> acknowledged = new CompletableFuture<>();
    try {
      var unused =
          producer.send(
              new ProducerRecord<>(topic, null, key, value, headers),
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

  private PublishFailedException failed(String what, Exception cause) {
    PublishFailedException failure =
        new PublishFailedException(
            topic + " did not take " + what + ": " + cause.getMessage(), cause);
    firstFailure.compareAndSet(null, failure);
    return failure;
  }

  private static Map<String, Object> producerSettings(Limits limits, Map<String, ?> kafkaSettings) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, limits.bufferBytes());
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, (int) LINGER.toMillis());
    // Images are compressed already.
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY_TIMEOUT.toMillis());
    settings.putAll(kafkaSettings);
    // A producer knows no such setting, and would say so in the log.
    settings.remove(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG);
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

  /**
   * Size limits of a publisher.
   *
   * @param recordBytes largest record with key and Kafka's own bytes; at most {@link
   *     RecordSizes#MAX_RECORD}
   * @param bufferBytes bytes in flight before {@link #publish} blocks; room for a record at least
   */
  public record Limits(int recordBytes, int bufferBytes) {}
}
