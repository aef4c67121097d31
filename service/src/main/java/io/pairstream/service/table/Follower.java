package io.pairstream.service.table;

import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.LogEnds;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.MissingTopics;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.cluster.ClusterAccess;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads topics into a {@link Copy} on a thread of its own: committed records alone, and without a
 * consumer group. After a fault, of the world or of ours, it asks the copy again where to continue.
 */
public final class Follower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

  /** Longest poll; it returns as soon as something comes. */
  private static final Duration POLL = Duration.ofSeconds(2);

  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration REQUEST = Duration.ofSeconds(5);
  private static final int RECORDS_A_POLL = 2_000;

  /** Most bytes of records in memory at a time; a larger record comes alone. */
  private static final int LONGEST_FETCH_MS = 2_500;

  private static final int FETCH_BYTES = 16 * 1024 * 1024;

  /**
   * Interval of asking the brokers where the log ends, which shows that they answer: shorter than a
   * request may take, as which an idle connection is closed and would be made anew each time.
   */
  private static final Duration ASKED = Duration.ofSeconds(3);

  /** Interval of asking for the log's beginning, to forget older records. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(1);

  private final List<String> topics;
  private final Copy copy;
  private final Progress progress;
  private final String name;
  private final Map<String, Object> settings;
  private final Clock clock;
  private final Admin admin;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile KafkaConsumer<byte[], byte[]> reading;
  private Instant askedAt = Instant.EPOCH;
  private CompletableFuture<?> asking = CompletableFuture.completedFuture(null);

  /** Whether a topic is another one than that which is read, though its name is the same. */
  private volatile boolean isMadeAnew;

  /** Receives the records. Called by one thread. */
  @FunctionalInterface
  public interface Copy {

    /**
     * The topics are about to be read.
     *
     * @param ends where the logs end now
     * @return the offsets to continue from; partitions that are not in it are read from the
     *     beginning
     */
    default Map<TopicPartition, Long> begin(
        Collection<TopicDescription> topics, Map<TopicPartition, Long> ends) {
      return Map.of();
    }

    /**
     * Takes records, perhaps none.
     *
     * @param positions the next offset of each partition
     * @param atEnd whether all was taken before that was there at the beginning
     */
    void take(
        ConsumerRecords<byte[], byte[]> records,
        Map<TopicPartition, Long> positions,
        boolean atEnd);

    /** All has been taken that was there at the beginning. */
    default void caughtUp() {}

    /** The partitions keep records only from these offsets on. */
    default void forget(Map<TopicPartition, Long> beginnings) {}

    /** The follower stops: the copy or the follower has thrown, by a bug. */
    default void failed() {}
  }

  /**
   * @param name what is followed, for messages and the thread
   */
  Follower(String name, List<String> topics, Copy copy, Map<String, ?> kafkaSettings, Clock clock) {
    this.name = name;
    this.topics = topics;
    this.copy = copy;
    this.progress = Progress.of(name, kafkaSettings, clock);
    this.clock = clock;
    this.settings = new HashMap<>(kafkaSettings);
    Duration timeout = KafkaTimeouts.ofAnswers(kafkaSettings, TIMEOUT);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
    int request = (int) KafkaTimeouts.ofRequests(kafkaSettings, REQUEST, timeout).toMillis();
    settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, request);
    // A broker answers as soon as something comes; on an idle topic each answer is for nothing.
    settings.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
    settings.putIfAbsent(
        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, Math.min(request / 2, LONGEST_FETCH_MS));
    this.admin = AdminClients.create(settings);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_A_POLL);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    this.thread = Threads.daemon("follow-" + name.replace(' ', '-'), this::run);
  }

  /**
   * Follows a topic in memory, from its beginning after each fault.
   *
   * @param name what the topic holds, in the plural
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   */
  public static Follower start(String name, String topic, Copy copy, Map<String, ?> kafkaSettings) {
    Follower follower = new Follower(name, List.of(topic), copy, kafkaSettings, Clock.systemUTC());
    follower.start();
    return follower;
  }

  void start() {
    thread.start();
  }

  /** How far it has come. */
  public Progress progress() {
    return progress;
  }

  /**
   * Where the log of each partition ends now.
   *
   * @param of whether the end is behind the last committed record, or behind whatever is written
   */
  CompletableFuture<Map<TopicPartition, Long>> ends(IsolationLevel of) {
    return admin
        .describeTopics(topics)
        .allTopicNames()
        .toCompletionStage()
        .thenCompose(found -> ends(LogEnds.partitions(found.values()), of))
        .toCompletableFuture();
  }

  private CompletionStage<Map<TopicPartition, Long>> ends(
      List<TopicPartition> partitions, IsolationLevel of) {
    return LogEnds.ask(admin, partitions, of).toCompletionStage();
  }

  @Override
  public void close() {
    closing.countDown();
    KafkaConsumer<byte[], byte[]> open = reading;
    if (open != null) {
      open.wakeup();
    }
    // Ends the wait for its answer.
    admin.close(Duration.ZERO);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        // The copy must not go away under the thread.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!isClosing()) {
      try {
        follow();
      } catch (WakeupException e) {
        // Only close() wakes the consumer up.
      } catch (KafkaException
          | ViewStorageException
          | RegistryUnavailableException
          | MissingSchemaException e) {
        // Producers read it, so it must not contain paths of this machine.
        String why =
            e instanceof ViewStorageException
                ? "this machine's disk fails, and the service's log says how"
                : e.getMessage();
        if (!isClosing() && progress.noteTrouble(name + " cannot be followed: " + why, false)) {
          LOG.warn("{} cannot be followed: {}", name, e.getMessage());
        }
      } catch (RuntimeException | Error e) {
        copy.failed();
        if (progress.noteTrouble(name + " cannot be followed: " + e, true)) {
          LOG.error("following {} has failed; it is tried again", name, e);
        }
      }
      pause();
    }
  }

  private void follow() {
    KafkaConsumer<byte[], byte[]> consumer =
        ClusterAccess.consumer(settings, Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none"));
    reading = consumer;
    try {
      if (!isClosing()) {
        follow(consumer);
      }
    } finally {
      // There is no group to leave, and a fetch that still waits would be waited for.
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  private void follow(KafkaConsumer<byte[], byte[]> consumer) {
    Collection<TopicDescription> described = describe();
    List<TopicPartition> partitions = LogEnds.partitions(described);
    consumer.assign(partitions);
    Instant began = clock.instant();
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<TopicPartition, Long> next = new HashMap<>(beginnings);
    // What lies before the log's start is gone.
    copy.begin(described, ends)
        .forEach((partition, at) -> next.computeIfPresent(partition, (p, b) -> Math.max(b, at)));
    next.forEach(consumer::seek);
    progress.moveTo(next);
    copy.forget(beginnings);
    Instant forgottenAt = began;
    boolean atEnd = false;
    isMadeAnew = false;
    // The consumer goes on in a topic of the same name, if only it has records at that offset.
    while (!isClosing() && !isMadeAnew) {
      if (!atEnd && ends.entrySet().stream().allMatch(end -> has(consumer, end))) {
        atEnd = true;
        copy.caughtUp();
        // A listener must not see a trouble that is over.
        endTrouble();
        progress.noteCaughtUp(began);
      }
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      Map<TopicPartition, Long> positions = new HashMap<>();
      // The position moves over transaction markers and aborted records too.
      partitions.forEach(partition -> positions.put(partition, consumer.position(partition)));
      copy.take(records, positions, atEnd);
      progress.moveTo(positions);
      if (atEnd || progress.fault().isEmpty()) {
        endTrouble();
      }
      ask(described);
      if (forgottenAt.plus(FORGOTTEN).isBefore(clock.instant())) {
        forgottenAt = clock.instant();
        copy.forget(consumer.beginningOffsets(partitions));
      }
    }
  }

  private static boolean has(
      KafkaConsumer<byte[], byte[]> consumer, Map.Entry<TopicPartition, Long> end) {
    return consumer.position(end.getKey()) >= end.getValue();
  }

  /**
   * Asks where the log ends now. An empty poll does not tell an idle topic from a silent broker,
   * and other brokers may answer while one partition's leader does not.
   */
  private void ask(Collection<TopicDescription> read) {
    Instant now = clock.instant();
    if (!asking.isDone() || askedAt.plus(ASKED).isAfter(now)) {
      return;
    }
    askedAt = now;
    // By id, which is one request; by name it would be two. A topic that was deleted, or that the
    // broker does not know yet, is read anew, too.
    asking =
        admin
            .describeTopics(TopicCollection.ofTopicIds(ids(read)))
            .allTopicIds()
            .toCompletionStage()
            .whenComplete((found, failure) -> isMadeAnew = isUnknown(failure))
            .thenCompose(found -> ends(LogEnds.partitions(read), IsolationLevel.READ_COMMITTED))
            .thenAccept(
                ends -> {
                  progress.noteAnswer(now);
                  var unused = progress.reachedAll(ends).thenRun(() -> progress.noteWhole(now));
                })
            .toCompletableFuture();
  }

  private static boolean isUnknown(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof UnknownTopicIdException;
  }

  private static Set<Uuid> ids(Collection<TopicDescription> topics) {
    return topics.stream().map(TopicDescription::topicId).collect(Collectors.toSet());
  }

  private Collection<TopicDescription> describe() {
    try {
      return MissingTopics.describe(admin, topics).values();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void endTrouble() {
    if (progress.clearTrouble()) {
      LOG.info("{} is followed again", name);
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private void pause() {
    try {
      closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
