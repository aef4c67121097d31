package io.pairstream.service.table;

import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
 * Reads a small topic into memory, from its beginning and then as it grows, on a thread of its own:
 * committed records alone. While Kafka or the registry is away it waits, and then reads anew from
 * the beginning; so it does after a fault of its reader.
 *
 * <p>Thread-safe; the reader is called by one thread.
 */
public final class FollowedTopic implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FollowedTopic.class);

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final String what;
  private final String topic;
  private final Map<String, Object> settings;
  private final Reader reader;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean closed;
  private volatile boolean failed;
  private volatile String trouble;

  /** Takes what is read. */
  @FunctionalInterface
  public interface Reader {

    /** The topic is about to be read from its beginning. */
    default void begin() {}

    /**
     * Takes a record.
     *
     * @param isNew whether it came while the topic was followed, and was not there before
     */
    void take(ConsumerRecord<byte[], byte[]> record, boolean isNew);

    /** All has been taken that was there at the beginning, and what came in one go since. */
    default void caughtUp() {}

    /** It, or this, has thrown what is a fault of ours. */
    default void failed() {}
  }

  private FollowedTopic(String what, String topic, Map<String, ?> kafkaSettings, Reader reader) {
    this.what = what;
    this.topic = topic;
    this.settings = new HashMap<>(kafkaSettings);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    this.reader = reader;
    this.trouble = "the topic of " + what + " is being read";
    this.thread = Threads.daemon(what.replace(' ', '-'), this::followForever);
  }

  /**
   * Begins to follow a topic.
   *
   * @param what the topic holds, in the plural
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   */
  public static FollowedTopic follow(
      String what, String topic, Map<String, ?> kafkaSettings, Reader reader) {
    FollowedTopic followed = new FollowedTopic(what, topic, kafkaSettings, reader);
    followed.thread.start();
    return followed;
  }

  /**
   * Waits until all is known that was there at the beginning. Returns whether that came in time.
   */
  public boolean awaitCaughtUp(Duration timeout) throws InterruptedException {
    return caughtUp.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether all is known that was there at the beginning, whatever happened since. */
  public boolean wasCaughtUp() {
    return caughtUp.getCount() == 0;
  }

  /** What is wrong by a fault of ours; empty where nothing is. */
  public Optional<String> fault() {
    return failed ? Optional.of(trouble) : Optional.empty();
  }

  /** What is wrong, or that the topic is still being read; empty where it is followed. */
  public Optional<String> trouble() {
    return Optional.of(trouble).filter(words -> !words.isEmpty());
  }

  /** Stops following. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(CLOSING.toMillis());
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
        String message = String.valueOf(e.getMessage());
        if (!message.equals(trouble)) {
          LOG.warn("{} cannot be followed: {}", what, message);
          trouble = message;
        }
        pause();
      } catch (RuntimeException | Error e) {
        // The thread must not end without a word.
        reader.failed();
        trouble = what + " cannot be followed: " + e;
        if (!failed) {
          LOG.error("following {} has failed; it is tried again", what, e);
        }
        failed = true;
        pause();
      }
    }
  }

  private void follow() {
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      List<TopicPartition> partitions = partitions(consumer);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      reader.begin();
      boolean complete = false;
      while (!closed) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        for (ConsumerRecord<byte[], byte[]> record : records) {
          TopicPartition partition = new TopicPartition(record.topic(), record.partition());
          reader.take(record, record.offset() >= ends.get(partition));
        }
        if (complete && !records.isEmpty()) {
          reader.caughtUp();
        } else if (!complete
            && partitions.stream().allMatch(p -> consumer.position(p) >= ends.get(p))) {
          complete = true;
          reader.caughtUp();
          failed = false;
          trouble = "";
          caughtUp.countDown();
          LOG.info("{} are followed", what);
        }
      }
    } finally {
      // There is no group to leave, and a fetch that still waits would be waited for.
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
    List<PartitionInfo> found = consumer.partitionsFor(topic);
    if (found == null || found.isEmpty()) {
      throw new UnknownTopicOrPartitionException(
          "topic " + topic + " does not exist; run: pairstream topics create");
    }
    return found.stream().map(p -> new TopicPartition(topic, p.partition())).toList();
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
