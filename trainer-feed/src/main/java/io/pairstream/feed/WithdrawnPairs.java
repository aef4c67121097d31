package io.pairstream.feed;

import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.RecordDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Recognises withdrawn pairs by the takedowns topic, which is read to its end at first, and then as
 * it grows. Thread-safe.
 */
public final class WithdrawnPairs implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration CLOSING = Duration.ofSeconds(10);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final RecordDecoder<PreparedPair> pairs;
  private final Thread thread = Threads.daemon("feed-takedowns", this::follow);

  /** Keys of the takedowns in force. */
  private final Set<String> keys = ConcurrentHashMap.newKeySet();

  /** Why takedowns cannot be followed any more; null while they are. */
  private volatile RuntimeException failure;

  /** Grows with every takedown that is read or lifted. */
  private final AtomicLong version = new AtomicLong();

  /**
   * Reads the takedowns that there are, and follows what comes.
   *
   * @throws KafkaException where the broker does not answer or has no such topic
   */
  WithdrawnPairs(FeedSource source) {
    this.consumer = source.consumer(Map.of());
    this.topic = source.dataset().topic(TopicCatalogue.TAKEDOWNS);
    this.pairs = source.decoder();
    try {
      readToTheEnd();
    } catch (RuntimeException e) {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
      throw e;
    }
    thread.start();
  }

  /** Number of takedowns that hold. */
  public int size() {
    return keys.size();
  }

  /** Another number whenever {@link #contains} may answer otherwise than before. */
  public long version() {
    return version.get();
  }

  /** Identity of the set of takedowns in force: 32 hexadecimal digits. */
  public String digest() {
    byte[] digest = Sha256.of(String.join("\n", new TreeSet<>(keys)));
    return HexFormat.of().formatHex(digest, 0, 16);
  }

  /**
   * Whether a pair is withdrawn now. What is no pair is not.
   *
   * @param value a record's value
   * @throws KafkaException where the takedowns cannot be followed any more
   */
  public boolean contains(byte[] value) {
    return !keys.isEmpty() && holds(keysOf(value));
  }

  /**
   * Whether one of these takedowns holds now.
   *
   * @throws KafkaException where the takedowns cannot be followed any more
   */
  public boolean holds(List<String> ofPair) {
    RuntimeException cause = failure;
    if (cause != null) {
      throw new KafkaException(topic + " can no longer be read: " + cause.getMessage(), cause);
    }
    return ofPair.stream().anyMatch(keys::contains);
  }

  /** Keys of the takedowns that a pair falls under, once there are any; none of what is no pair. */
  public List<String> keysOf(byte[] value) {
    return pairs.decode(value).map(TakedownKind::keysOf).orElse(List.of());
  }

  @Override
  public void close() {
    consumer.wakeup();
    try {
      thread.join(CLOSING.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void readToTheEnd() {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new UnknownTopicOrPartitionException(
          "there is no topic %s, so that nobody can tell which pairs are withdrawn; 'pairstream topics create' makes it"
              .formatted(topic));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
      readMore();
    }
  }

  private void follow() {
    try {
      while (true) {
        readMore();
      }
    } catch (WakeupException | InterruptException e) {
      // Closed.
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  private void readMore() {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      String key = new String(record.key(), StandardCharsets.UTF_8);
      boolean unused = record.value() == null ? keys.remove(key) : keys.add(key);
      version.incrementAndGet();
    }
  }
}
