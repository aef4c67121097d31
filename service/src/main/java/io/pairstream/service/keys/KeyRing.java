package io.pairstream.service.keys;

import io.pairstream.schemas.ApiKey;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.table.Follower;
import io.pairstream.service.table.KeyedValues;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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

  private final Topic<ApiKey> topic;

  private final KeyedValues<IssuedKey> known =
      new KeyedValues<>(this::read, KeyedValues.OnFault.FORGET);
  private final Follower follower;

  /**
   * Begins to follow the keys.
   *
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   */
  public KeyRing(Topic<ApiKey> topic, Map<String, ?> kafkaSettings) {
    this.topic = topic;
    this.follower = Follower.start("API keys", topic.name(), known, kafkaSettings);
  }

  /**
   * Whether every key is known that was in the topic when this began, and the topic is followed
   * without a fault of ours.
   */
  public boolean isCaughtUp() {
    return follower.progress().isCaughtUp() && follower.progress().fault().isEmpty();
  }

  /** Waits until it is so for the first time. Returns whether that came in time. */
  public boolean awaitCaughtUp(Duration timeout) throws InterruptedException {
    try {
      follower.progress().caughtUp().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    }
  }

  /** Why the keys are not known; empty where they are. */
  public Optional<Obstacle> obstacle() {
    return isCaughtUp()
        ? Optional.empty()
        : follower
            .progress()
            .trouble()
            .map(Obstacle::notRead)
            .or(() -> Optional.of(Obstacle.known("KEYS_BEING_READ", "API keys are being read")));
  }

  /** The key of that id, whether it is live or not. */
  public Optional<IssuedKey> find(String keyId) {
    return Optional.ofNullable(known.all().get(keyId));
  }

  /** All keys, in no order. */
  public Collection<IssuedKey> all() {
    return known.all().values();
  }

  /**
   * Quota of a producer, from its newest live key; {@link Rates#UNSAID} where that key sets none,
   * or none is live.
   */
  public Rates quotaOf(String producer, Instant now) {
    return all().stream()
        .filter(key -> key.producer().equals(producer))
        .filter(key -> key.stateAt(now) == IssuedKey.State.LIVE)
        .max(IssuedKey.BY_AGE)
        .map(IssuedKey::quota)
        .orElse(Rates.UNSAID);
  }

  /** Stops following; what is known stays known. */
  @Override
  public void close() {
    follower.close();
  }

  /**
   * The key in a record. One that cannot be read is no key: its last readable state may be the one
   * before it was revoked.
   */
  private Optional<IssuedKey> read(ConsumerRecord<byte[], byte[]> record) {
    String keyId = CommittedLog.key(record);
    Optional<IssuedKey> key = decoded(record).filter(one -> one.keyId().equals(keyId));
    if (key.isEmpty() && record.value() != null) {
      LOG.warn(
          "{}-{}-{} holds no API key; whatever key it was is refused",
          record.topic(),
          record.partition(),
          record.offset());
    }
    return key;
  }

  private Optional<IssuedKey> decoded(ConsumerRecord<byte[], byte[]> record) {
    try {
      return Optional.ofNullable(record.value()).flatMap(topic::decode).map(IssuedKey::of);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
