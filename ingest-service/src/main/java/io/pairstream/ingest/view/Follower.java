package io.pairstream.ingest.view;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a view's topic on a thread of its own, and writes the table. */
final class Follower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int RECORDS_A_WRITE = 2_000;
  private static final int DELETES_A_WRITE = 10_000;

  /** Between two notes that the copy has seen the log's end, on a topic where nothing happens. */
  private static final Duration NOTED = Duration.ofHours(1);

  /** Between two searches for entries that are no longer kept. */
  private static final Duration SWEPT = Duration.ofHours(1);

  private final ViewPlan plan;
  private final DiskTable table;
  private final Progress progress;
  private final Consumer<ByteBuffer> listeners;
  private final Map<String, Object> settings;
  private final Clock clock;
  private final Admin admin;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private KafkaConsumer<byte[], byte[]> reading;
  private Map<Integer, Long> written = Map.of();
  private Instant notedAt = Instant.EPOCH;
  private Instant sweptAt = Instant.EPOCH;

  Follower(
      ViewPlan plan,
      DiskTable table,
      Progress progress,
      Consumer<ByteBuffer> listeners,
      Map<String, ?> kafkaSettings,
      Clock clock) {
    this.plan = plan;
    this.table = table;
    this.progress = progress;
    this.listeners = listeners;
    this.clock = clock;
    this.settings = new HashMap<>(kafkaSettings);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
    settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis() / 2);
    this.admin = Admin.create(settings);
    this.thread = new Thread(this::run, "view-" + plan.topic());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /**
   * Where the log of each partition ends now.
   *
   * @param of whether the end is behind the last committed record, or behind whatever is written
   */
  CompletableFuture<Map<Integer, Long>> ends(IsolationLevel of) {
    CompletableFuture<Map<Integer, Long>> ends = new CompletableFuture<>();
    var unused =
        admin
            .describeTopics(List.of(plan.topic()))
            .topicNameValues()
            .get(plan.topic())
            .whenComplete(
                (description, error) -> {
                  if (error != null) {
                    ends.completeExceptionally(error);
                  } else {
                    listEnds(description, of, ends);
                  }
                });
    return ends;
  }

  @Override
  public void close() {
    closing.countDown();
    synchronized (this) {
      if (reading != null) {
        reading.wakeup();
      }
    }
    // Whoever waits for its answer waits no longer.
    admin.close(Duration.ZERO);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        // The table must not go away under the thread.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void listEnds(
      TopicDescription description, IsolationLevel of, CompletableFuture<Map<Integer, Long>> ends) {
    Map<TopicPartition, OffsetSpec> latest =
        description.partitions().stream()
            .map(info -> new TopicPartition(plan.topic(), info.partition()))
            .collect(Collectors.toMap(Function.identity(), tp -> OffsetSpec.latest()));
    var unused =
        admin
            .listOffsets(latest, new ListOffsetsOptions(of))
            .all()
            .whenComplete(
                (offsets, error) -> {
                  if (error != null) {
                    ends.completeExceptionally(error);
                    return;
                  }
                  Map<Integer, Long> found = new HashMap<>();
                  offsets.forEach((tp, info) -> found.put(tp.partition(), info.offset()));
                  ends.complete(found);
                });
  }

  private void run() {
    while (!isClosing()) {
      try (OpenConsumer open = new OpenConsumer()) {
        follow(open.consumer());
      } catch (WakeupException e) {
        // Only close() wakes the consumer up.
      } catch (KafkaException | ViewStorageException e) {
        noteTrouble(e);
        pause();
      } catch (RuntimeException | Error e) {
        // A fault of ours; the thread ends, and the view says why.
        progress.hasTrouble("the view of " + plan.topic() + " has failed: " + e);
        LOG.error("the view of {} has failed", plan.topic(), e);
        return;
      }
    }
  }

  private void follow(KafkaConsumer<byte[], byte[]> consumer) {
    Set<TopicPartition> partitions = begin(consumer);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    boolean behind = true;
    while (!isClosing()) {
      if (behind && ends.entrySet().stream().allMatch(end -> has(consumer, end))) {
        behind = false;
        progress.nowCaughtUp();
      }
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      write(records, consumer, partitions, !behind);
      endTrouble();
      sweep();
    }
  }

  private static boolean has(
      KafkaConsumer<byte[], byte[]> consumer, Map.Entry<TopicPartition, Long> end) {
    return consumer.position(end.getKey()) >= end.getValue();
  }

  /** Goes to where the copy stopped, or begins a new one. */
  private Set<TopicPartition> begin(KafkaConsumer<byte[], byte[]> consumer) {
    TopicDescription topic = describe();
    Set<TopicPartition> partitions = new HashSet<>();
    topic
        .partitions()
        .forEach(p -> partitions.add(new TopicPartition(plan.topic(), p.partition())));
    consumer.assign(partitions);
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<Integer, Long> stored = table.positions();
    String topicId = topic.topicId().toString();
    if (!table.topicId().equals(topicId) || isTooOld() || isBeyond(stored, ends)) {
      if (!table.topicId().isEmpty()) {
        LOG.info("the copy of {} is made again from the log's start", plan.topic());
      }
      progress.isMadeAgain();
      table.begin(topicId, clock.instant());
      stored = Map.of();
    }
    Map<Integer, Long> positions = new HashMap<>();
    for (TopicPartition partition : partitions) {
      // What lies before the log's start is gone, and is kept no longer here either.
      long next =
          Math.max(stored.getOrDefault(partition.partition(), 0L), beginnings.get(partition));
      consumer.seek(partition, next);
      positions.put(partition.partition(), next);
    }
    written = Map.of();
    progress.moveTo(positions);
    return partitions;
  }

  private TopicDescription describe() {
    try {
      return admin
          .describeTopics(List.of(plan.topic()))
          .topicNameValues()
          .get(plan.topic())
          .get(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
    } catch (TimeoutException e) {
      throw new KafkaException("the broker does not describe " + plan.topic(), e);
    }
  }

  private boolean isTooOld() {
    return !table.topicId().isEmpty()
        && table.seenAt().plus(TopicView.TOO_OLD).isBefore(clock.instant());
  }

  private static boolean isBeyond(Map<Integer, Long> stored, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .anyMatch(end -> stored.getOrDefault(end.getKey().partition(), 0L) > end.getValue());
  }

  private void write(
      ConsumerRecords<byte[], byte[]> records,
      KafkaConsumer<byte[], byte[]> consumer,
      Collection<TopicPartition> partitions,
      boolean atEnd) {
    Map<Integer, Long> positions = new HashMap<>();
    // The position moves over transaction markers and aborted records too.
    partitions.forEach(tp -> positions.put(tp.partition(), consumer.position(tp)));
    Instant now = clock.instant();
    boolean noted = atEnd && notedAt.plus(NOTED).isBefore(now);
    if (records.isEmpty() && !noted && positions.equals(written)) {
      return;
    }
    Set<ByteBuffer> changed = new HashSet<>();
    try (DiskTable.Change change = table.change()) {
      for (ConsumerRecord<byte[], byte[]> record : records) {
        plan.fold().apply(record, new ChangingTable(change, plan.kept(), record.timestamp()));
        if (record.key() != null) {
          changed.add(ByteBuffer.wrap(record.key()));
        }
      }
      positions.forEach(change::position);
      if (atEnd) {
        change.seenAt(now);
        notedAt = now;
      }
      change.write();
    }
    written = positions;
    progress.moveTo(positions);
    changed.forEach(listeners);
  }

  /** Takes out what is no longer kept. */
  private void sweep() {
    Instant now = clock.instant();
    if (plan.kept().isEmpty() || sweptAt.plus(SWEPT).isAfter(now)) {
      return;
    }
    long keptFrom = now.minus(plan.kept().get()).toEpochMilli();
    AtomicInteger deleted = new AtomicInteger();
    try (DiskTable.Change change = table.change()) {
      byte[] all = new byte[0];
      table.scan(
          all,
          all,
          (key, entry) -> {
            if (entry.atMillis() <= keptFrom) {
              change.delete(key);
              deleted.incrementAndGet();
            }
            return deleted.get() < DELETES_A_WRITE && !isClosing();
          });
      change.write();
    }
    if (deleted.get() < DELETES_A_WRITE) {
      sweptAt = now;
    }
  }

  private void noteTrouble(Exception e) {
    if (isClosing()) {
      return;
    }
    String what = "the view of " + plan.topic() + " waits: " + e.getMessage();
    if (progress.trouble().isEmpty()) {
      LOG.warn("{}", what);
    }
    progress.hasTrouble(what);
  }

  private void endTrouble() {
    if (progress.trouble().isPresent()) {
      LOG.info("the view of {} goes on", plan.topic());
      progress.hasTrouble("");
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private void pause() {
    try {
      boolean unused = closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The table as a fold sees it while one record is applied. */
  private record ChangingTable(DiskTable.Change change, Optional<Duration> kept, long atMillis)
      implements Table {

    /** By the record's time and not ours, so that all instances see the same. */
    @Override
    public Optional<byte[]> get(byte[] key) {
      return change
          .get(key)
          .filter(entry -> kept.isEmpty() || atMillis - entry.atMillis() < kept.get().toMillis())
          .map(DiskTable.Entry::value);
    }

    @Override
    public void put(byte[] key, byte[] value) {
      change.put(key, new DiskTable.Entry(atMillis, value));
    }

    @Override
    public void delete(byte[] key) {
      change.delete(key);
    }
  }

  /** The consumer of one attempt, where {@link #close()} finds it. */
  private final class OpenConsumer implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;

    OpenConsumer() {
      Map<String, Object> own = new HashMap<>(settings);
      own.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
      own.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
      own.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
      own.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
      own.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_A_WRITE);
      consumer = new KafkaConsumer<>(own, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      synchronized (Follower.this) {
        reading = consumer;
      }
      if (isClosing()) {
        consumer.wakeup();
      }
    }

    KafkaConsumer<byte[], byte[]> consumer() {
      return consumer;
    }

    @Override
    public void close() {
      synchronized (Follower.this) {
        reading = null;
      }
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
