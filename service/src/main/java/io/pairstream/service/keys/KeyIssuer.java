package io.pairstream.service.keys;

import io.pairstream.schemas.ApiKey;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.http.Scope;
import io.pairstream.service.publish.RecordPublisher;
import io.pairstream.service.report.Obstacle;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Makes API keys, and takes them back.
 *
 * <p>A producer may have any number of live keys, so that a new one is in use before the old one is
 * revoked. A method returns once the broker has what it wrote; running services know it a moment
 * later. Two people who change the same key at the same moment: the later write holds.
 */
public record KeyIssuer(KeyRing ring, RecordPublisher<ApiKey> publisher, Clock clock)
    implements AutoCloseable {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** Limits for a key's record, which has well under a kilobyte. */
  private static final RecordPublisher.Limits LIMITS =
      new RecordPublisher.Limits(16 * 1024, 1024 * 1024);

  /** A key that was just made. Its text exists nowhere else. */
  public record Created(ApiKeyText text, IssuedKey key) {}

  /**
   * Reads all keys there are.
   *
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   * @throws TimeoutException where the keys cannot be read within 10 s, or within the {@code
   *     default.api.timeout.ms} of the settings
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException where there is no topic
   *     of keys
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public static KeyIssuer open(Topic<ApiKey> topic, Map<String, ?> kafkaSettings, Clock clock) {
    RecordPublisher<ApiKey> publisher =
        RecordPublisher.open(topic, LIMITS, impatient(kafkaSettings));
    KeyRing ring = new KeyRing(topic, kafkaSettings);
    KeyIssuer issuer = new KeyIssuer(ring, publisher, clock);
    try {
      if (ring.awaitCaughtUp(KafkaTimeouts.ofAnswers(kafkaSettings, TIMEOUT))) {
        return issuer;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String obstacle = ring.obstacle().map(Obstacle::text).orElse("");
    issuer.close();
    throw new TimeoutException("API keys cannot be read: " + obstacle);
  }

  /**
   * Makes a key.
   *
   * @throws IllegalArgumentException where it would have expired already
   * @throws TimeoutException where the broker does not take it
   */
  public Created create(NewKey wanted) {
    Instant now = now();
    if (!now.isBefore(wanted.expiresAt())) {
      throw new IllegalArgumentException(
          "a key expires in the future, not at " + wanted.expiresAt());
    }
    ApiKeyText text = ApiKeyText.random(RANDOM);
    Rates quota = wanted.quota().or(ring.quotaOf(wanted.producer(), now));
    boolean isForEver = wanted.expiresAt().equals(Instant.MAX);
    IssuedKey key =
        IssuedKey.of(
            ApiKey.newBuilder()
                .setKeyId(text.keyId())
                .setSecretDigest(text.secretDigest())
                .setProducer(wanted.producer())
                .setScopes(wanted.scopes().stream().sorted().map(Scope::label).toList())
                .setRecordsPerSecond(quota.recordsPerSecond())
                .setBytesPerSecond(quota.bytesPerSecond())
                .setCreatedAt(now)
                .setExpiresAt(isForEver ? Instant.EPOCH : wanted.expiresAt())
                .build());
    write(key);
    return new Created(text, key);
  }

  /** All keys as they were read at the opening, oldest first. */
  public List<IssuedKey> all() {
    return ring.all().stream().sorted(IssuedKey.BY_AGE).toList();
  }

  /**
   * Takes a key back for good; does nothing where that is done already.
   *
   * @return the key; empty where there is none of that id
   */
  public Optional<IssuedKey> revoke(String keyId) {
    Optional<IssuedKey> found = ring.find(keyId);
    if (found.isEmpty() || found.get().stateAt(now()) == IssuedKey.State.REVOKED) {
      return found;
    }
    IssuedKey revoked = found.get().revoked(now());
    write(revoked);
    return Optional.of(revoked);
  }

  @Override
  public void close() {
    ring.close();
    publisher.abort();
  }

  /** Time in whole milliseconds, as records hold them. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private void write(IssuedKey key) {
    try {
      publisher.publish(key.keyId(), key.record(), "key " + key.keyId()).join();
    } catch (CompletionException e) {
      throw new TimeoutException("the broker did not take key " + key.keyId(), e.getCause());
    }
  }

  private static Map<String, Object> impatient(Map<String, ?> kafkaSettings) {
    Map<String, Object> settings = new HashMap<>(kafkaSettings);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    KafkaTimeouts.sendWithin(settings, TIMEOUT);
    return settings;
  }
}
