package io.pairstream.service.table;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a small topic into memory, from its beginning and then as it grows, on a thread of its own:
 * committed records alone. After a fault, of the world or of ours, it reads anew.
 *
 * <p>Thread-safe; the reader is called by one thread.
 */
public final class FollowedTopic implements AutoCloseable {

  private final String what;
  private final Clock clock = Clock.systemUTC();
  private final Progress progress;
  private final Follower follower;

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
    this.progress = Progress.of(what, kafkaSettings);
    this.follower =
        new Follower(what, List.of(topic), new InMemory(reader), progress, kafkaSettings, clock);
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
    followed.follower.start();
    return followed;
  }

  /**
   * Waits until all is known that was there at the beginning. Returns whether that came in time.
   */
  public boolean awaitCaughtUp(Duration timeout) throws InterruptedException {
    try {
      progress.caughtUp().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    }
  }

  /** Whether all is known that was there at the beginning, whatever happened since. */
  public boolean wasCaughtUp() {
    return progress.isCaughtUp();
  }

  /** What is wrong by a fault of ours; empty where nothing is. */
  public Optional<String> fault() {
    return progress.fault();
  }

  /** What is wrong, or that the topic is still being read; empty where it is followed. */
  public Optional<String> trouble() {
    return progress
        .trouble(clock.instant())
        .or(
            () ->
                wasCaughtUp()
                    ? Optional.empty()
                    : Optional.of("the topic of " + what + " is being read"));
  }

  /** Stops following. */
  @Override
  public void close() {
    follower.close();
  }

  /** Begins anew each time. */
  private static final class InMemory implements Follower.Copy {

    private final Reader reader;
    private Map<TopicPartition, Long> ends = Map.of();

    InMemory(Reader reader) {
      this.reader = reader;
    }

    @Override
    public Map<TopicPartition, Long> begin(
        Collection<TopicDescription> topics, Map<TopicPartition, Long> endsNow) {
      ends = endsNow;
      reader.begin();
      return Map.of();
    }

    @Override
    public void take(
        ConsumerRecords<byte[], byte[]> records,
        Map<TopicPartition, Long> positions,
        boolean atEnd) {
      for (ConsumerRecord<byte[], byte[]> record : records) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        reader.take(record, record.offset() >= ends.get(partition));
      }
      if (atEnd && !records.isEmpty()) {
        reader.caughtUp();
      }
    }

    @Override
    public void caughtUp() {
      reader.caughtUp();
    }

    @Override
    public void failed() {
      reader.failed();
    }
  }
}
