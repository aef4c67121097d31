package io.pairstream.service.keys;

import io.pairstream.schemas.ApiKey;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All API keys of a data set, in memory, as the topic of keys has them.
 *
 * <p>A thread follows the topic, so that a new key opens and a revoked one closes within the time
 * that a record takes to arrive. Nothing is known before the topic has been read to where it ended
 * at the start: a service is not ready until then. While Kafka is away, what was known last holds.
 * After a fault of ours nothing is known until the topic has been read once more: what was known
 * may have been revoked since. Thread-safe.
 */
public final class KeyRing implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Known NOTHING = new Known(Map.of(), Map.of());

  private final Topic<String, ApiKey> topic;
  private final RecordDecoder<ApiKey> decoder;
  private final Map<String, Object> consumerSettings;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final Thread thread;
  private volatile Known known = NOTHING;
  private volatile boolean closed;
  private volatile boolean failed;
  private volatile String trouble = "the topic of API keys is being read";

  private KeyRing(Topic<String, ApiKey> topic, Registry registry, Map<String, ?> kafkaSettings) {
    this.topic = topic;
    this.decoder = new RecordDecoder<>(topic, ApiKey.SCHEMA$, registry);
    this.consumerSettings = consumerSettings(kafkaSettings);
    this.thread = Threads.daemon("api-keys", this::followForever);
  }

  /**
   * Begins to follow the keys.
   *
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   */
  public static KeyRing follow(
      Topic<String, ApiKey> topic, Registry registry, Map<String, ?> kafkaSettings) {
    KeyRing ring = new KeyRing(topic, registry, kafkaSettings);
    ring.thread.start();
    return ring;
  }

  /**
   * Whether every key is known that stood in the topic when this began, and the topic is followed
   * without a fault of ours.
   */
  public boolean isCaughtUp() {
    return caughtUp.getCount() == 0 && !failed;
  }

  /** Waits until it is so for the first time. Returns whether that came in time. */
  public boolean awaitCaughtUp(Duration patience) throws InterruptedException {
    return caughtUp.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Why the keys are not known; empty where they are. */
  public Optional<String> obstacle() {
    return isCaughtUp() ? Optional.empty() : Optional.of(trouble);
  }

  /** The key of that id, whether it is live or not. */
  public Optional<IssuedKey> find(String keyId) {
    return Optional.ofNullable(known.byId().get(keyId));
  }

  /** All keys, in no order. */
  public Collection<IssuedKey> all() {
    return known.byId().values();
  }

  /**
   * What a producer may send: as its newest live key says. Says nothing where that key does not, or
   * where there is none.
   */
  public Rates quotaOf(String producer, Instant now) {
    return known.newestFirst().getOrDefault(producer, List.of()).stream()
        .filter(key -> key.stateAt(now) == IssuedKey.State.LIVE)
        .findFirst()
        .map(IssuedKey::quota)
        .orElse(Rates.UNSAID);
  }

  /** Stops following; what is known stays known. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(Duration.ofSeconds(5).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void followForever() {
    while (!closed) {
      try {
        follow();
      } catch (InterruptException e) {
        // Closed, or about to be: whoever interrupts this thread closes it.
        return;
      } catch (KafkaException | RegistryUnavailableException | MissingSchemaException e) {
        say(String.valueOf(e.getMessage()));
        pause();
      } catch (RuntimeException | Error e) {
        // Whoever does not hear of revocations lets nobody in.
        boolean isNew = !failed;
        trouble = "API keys cannot be followed: " + e;
        known = NOTHING;
        failed = true;
        if (isNew) {
          LOG.error("following API keys has failed; no key opens until it goes on", e);
        }
        pause();
      }
    }
  }

  private void follow() {
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            consumerSettings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      List<TopicPartition> partitions = partitions(consumer);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      Map<String, IssuedKey> keys = new HashMap<>();
      boolean complete = false;
      while (!closed) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        for (ConsumerRecord<byte[], byte[]> record : records) {
          apply(record, keys);
        }
        boolean completeNow =
            complete || partitions.stream().allMatch(p -> consumer.position(p) >= ends.get(p));
        if (completeNow && (!complete || !records.isEmpty())) {
          known = Known.of(keys.values());
        }
        if (completeNow && !complete) {
          complete = true;
          failed = false;
          caughtUp.countDown();
          trouble = "";
          LOG.info("{} API keys are known", keys.size());
        }
      }
    } finally {
      // There is no group to leave, and a fetch that still waits would be waited for.
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
    List<PartitionInfo> found = consumer.partitionsFor(topic.name());
    if (found == null || found.isEmpty()) {
      throw new UnknownTopicOrPartitionException(
          "topic " + topic.name() + " does not exist; run: pairstream topics create");
    }
    return found.stream().map(p -> new TopicPartition(topic.name(), p.partition())).toList();
  }

  private void apply(ConsumerRecord<byte[], byte[]> record, Map<String, IssuedKey> keys) {
    if (record.key() == null) {
      LOG.warn("{} holds no key id", coordinates(record));
      return;
    }
    String keyId = new String(record.key(), StandardCharsets.UTF_8);
    Optional<IssuedKey> key = read(record).filter(read -> read.keyId().equals(keyId));
    if (key.isPresent()) {
      keys.put(keyId, key.get());
    } else {
      // A key that cannot be read is no key: its last readable state may be the one before it was
      // revoked.
      keys.remove(keyId);
      if (record.value() != null) {
        LOG.warn("{} holds no API key; whatever key it was is refused", coordinates(record));
      }
    }
  }

  private Optional<IssuedKey> read(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      return decoder.decode(record.value()).map(IssuedKey::from);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String coordinates(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + "-" + record.partition() + "-" + record.offset();
  }

  private void say(String message) {
    if (!message.equals(trouble)) {
      LOG.warn("API keys cannot be followed: {}", message);
      trouble = message;
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Map<String, Object> consumerSettings(Map<String, ?> kafkaSettings) {
    Map<String, Object> settings = new HashMap<>(kafkaSettings);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return settings;
  }

  /** The keys at one time. */
  private record Known(Map<String, IssuedKey> byId, Map<String, List<IssuedKey>> newestFirst) {

    static Known of(Collection<IssuedKey> keys) {
      return new Known(
          keys.stream().collect(Collectors.toUnmodifiableMap(IssuedKey::keyId, key -> key)),
          keys.stream()
              .sorted(IssuedKey.BY_AGE.reversed())
              .collect(Collectors.groupingBy(IssuedKey::producer)));
    }
  }
}
