package io.pairstream.service.table;

import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
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

/** Reads a view's topics on a thread of its own, and writes the table. */
final class Follower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration REQUEST = Duration.ofSeconds(5);
  private static final int RECORDS_A_WRITE = 2_000;

  /** All that waits in memory at a time; a larger record comes alone. */
  private static final int FETCH_BYTES = 16 * 1024 * 1024;

  private static final int DELETES_A_WRITE = 10_000;

  /** Between two notes that the copy has seen the log's end, on a topic where nothing happens. */
  private static final Duration NOTED = Duration.ofHours(1);

  /** Between two questions to the brokers that tell whether they are there. */
  private static final Duration ASKED = Duration.ofSeconds(5);

  /** Between two searches for entries that are no longer kept. */
  private static final Duration SWEPT = Duration.ofHours(1);

  /** Between two looks at what the log keeps no longer. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(1);

  private final ViewPlan plan;
  private final DiskTable table;
  private final Progress progress;
  private final Consumer<ByteBuffer> listeners;
  private final Map<String, Object> settings;
  private final Duration timeout;
  private final Clock clock;
  private final Admin admin;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private KafkaConsumer<byte[], byte[]> reading;
  private Map<TopicPartition, Long> written = Map.of();
  private boolean isTroubled;
  private Instant notedAt = Instant.EPOCH;
  private Instant sweptAt = Instant.EPOCH;
  private Instant askedAt = Instant.EPOCH;
  private CompletableFuture<?> asking = CompletableFuture.completedFuture(null);
  private Instant forgottenAt = Instant.EPOCH;

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
    this.timeout = KafkaTimeouts.ofAnswers(kafkaSettings, TIMEOUT);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
    settings.put(
        ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
        (int) KafkaTimeouts.ofRequests(kafkaSettings, REQUEST, timeout).toMillis());
    this.admin = AdminClients.create(settings);
    this.thread = Threads.daemon("view-" + plan.name(), this::run);
  }

  void start() {
    thread.start();
  }

  /**
   * Where the log of each partition ends now.
   *
   * @param of whether the end is behind the last committed record, or behind whatever is written
   */
  CompletableFuture<Map<TopicPartition, Long>> ends(IsolationLevel of) {
    CompletableFuture<Map<TopicPartition, Long>> ends = new CompletableFuture<>();
    var unused =
        admin
            .describeTopics(plan.topics())
            .allTopicNames()
            .whenComplete(
                (topics, error) -> {
                  if (error != null) {
                    ends.completeExceptionally(error);
                  } else {
                    listEnds(partitions(topics.values()), of, ends);
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
      Set<TopicPartition> partitions,
      IsolationLevel of,
      CompletableFuture<Map<TopicPartition, Long>> ends) {
    Map<TopicPartition, OffsetSpec> latest =
        partitions.stream()
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
                  Map<TopicPartition, Long> found = new HashMap<>();
                  offsets.forEach((tp, info) -> found.put(tp, info.offset()));
                  ends.complete(found);
                });
  }

  private void run() {
    while (!isClosing()) {
      try (OpenConsumer open = new OpenConsumer()) {
        follow(open.consumer());
      } catch (WakeupException e) {
        // Only close() wakes the consumer up.
      } catch (KafkaException
          | ViewStorageException
          | RegistryUnavailableException
          | MissingSchemaException e) {
        noteTrouble(e);
        pause();
      } catch (RuntimeException | Error e) {
        // A fault of ours; the thread ends, and the view says why.
        progress.hasTrouble("the view of " + plan.name() + " has failed: " + e);
        LOG.error("the view of {} has failed", plan.name(), e);
        return;
      }
    }
  }

  private void follow(KafkaConsumer<byte[], byte[]> consumer) {
    Set<TopicPartition> partitions = begin(consumer);
    Instant began = clock.instant();
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    boolean behind = true;
    while (!isClosing()) {
      forget(consumer, partitions);
      if (behind && ends.entrySet().stream().allMatch(end -> has(consumer, end))) {
        behind = false;
        // Whoever hears of it is not told of a trouble that is over.
        endTrouble();
        progress.nowCaughtUp(began);
      }
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      write(records, consumer, partitions, !behind);
      endTrouble();
      ask();
      sweep();
    }
  }

  /**
   * Asks where the log ends now. A poll finds nothing both where nothing is new and where no broker
   * answers; and some brokers may answer where the leader of one partition does not.
   */
  private void ask() {
    Instant now = clock.instant();
    if (!asking.isDone() || askedAt.plus(ASKED).isAfter(now)) {
      return;
    }
    askedAt = now;
    asking =
        ends(IsolationLevel.READ_COMMITTED)
            .thenAccept(
                ends -> {
                  progress.isAnswered(now);
                  var unused = progress.reachedAll(ends).thenRun(() -> progress.isWhole(now));
                });
  }

  private static boolean has(
      KafkaConsumer<byte[], byte[]> consumer, Map.Entry<TopicPartition, Long> end) {
    return consumer.position(end.getKey()) >= end.getValue();
  }

  /** Goes to where the copy stopped, or begins a new one. */
  private Set<TopicPartition> begin(KafkaConsumer<byte[], byte[]> consumer) {
    Collection<TopicDescription> topics = describe();
    Set<TopicPartition> partitions = partitions(topics);
    consumer.assign(partitions);
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<String, Long> stored = table.positions();
    String source = source(topics);
    if (!table.source().equals(source) || isTooOld() || isBeyond(stored, ends)) {
      if (!table.source().isEmpty()) {
        LOG.info("the copy of {} is made again from the log's start", plan.name());
      }
      progress.isMadeAgain();
      table.begin(source, clock.instant());
      stored = Map.of();
    }
    Map<TopicPartition, Long> positions = new HashMap<>();
    for (TopicPartition partition : partitions) {
      // What lies before the log's start is gone, and is kept no longer here either.
      long next =
          Math.max(stored.getOrDefault(plan.label(partition), 0L), beginnings.get(partition));
      consumer.seek(partition, next);
      positions.put(partition, next);
    }
    written = Map.of();
    progress.moveTo(positions);
    return partitions;
  }

  private Collection<TopicDescription> describe() {
    try {
      return admin
          .describeTopics(plan.topics())
          .allTopicNames()
          .get(2 * timeout.toMillis(), TimeUnit.MILLISECONDS)
          .values();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
    } catch (TimeoutException e) {
      throw new KafkaException("the broker does not describe " + plan.name(), e);
    }
  }

  private static Set<TopicPartition> partitions(Collection<TopicDescription> topics) {
    return topics.stream()
        .flatMap(
            topic ->
                topic.partitions().stream()
                    .map(info -> new TopicPartition(topic.name(), info.partition())))
        .collect(Collectors.toSet());
  }

  /** What a copy is made of: Kafka's ids of the topics, and the version of what is made of them. */
  private String source(Collection<TopicDescription> topics) {
    String ids =
        topics.stream()
            .sorted(Comparator.comparing(TopicDescription::name))
            .map(topic -> topic.topicId().toString())
            .collect(Collectors.joining(" "));
    return plan.version().isEmpty() ? ids : ids + " " + plan.version();
  }

  private boolean isTooOld() {
    return !table.source().isEmpty()
        && table.seenAt().plus(TopicTable.TOO_OLD).isBefore(clock.instant());
  }

  private boolean isBeyond(Map<String, Long> stored, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .anyMatch(end -> stored.getOrDefault(plan.label(end.getKey()), 0L) > end.getValue());
  }

  private void write(
      ConsumerRecords<byte[], byte[]> records,
      KafkaConsumer<byte[], byte[]> consumer,
      Collection<TopicPartition> partitions,
      boolean atEnd) {
    Map<TopicPartition, Long> positions = new HashMap<>();
    // The position moves over transaction markers and aborted records too.
    partitions.forEach(tp -> positions.put(tp, consumer.position(tp)));
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
      positions.forEach((tp, next) -> change.position(plan.label(tp), next));
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

  /** Has the fold take out what the log keeps no longer. */
  private void forget(KafkaConsumer<byte[], byte[]> consumer, Set<TopicPartition> partitions) {
    Instant now = clock.instant();
    if (forgottenAt.plus(FORGOTTEN).isAfter(now)) {
      return;
    }
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
    try (DiskTable.Change change = table.change()) {
      Table changing = new ChangingTable(change, plan.kept(), now.toEpochMilli());
      beginnings.forEach((partition, from) -> plan.fold().forget(partition, from, changing));
      change.write();
    }
    forgottenAt = now;
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
    String what = "the view of " + plan.name() + " waits: " + e.getMessage();
    if (!isTroubled) {
      isTroubled = true;
      LOG.warn("{}", what);
    }
    progress.hasTrouble(what);
  }

  private void endTrouble() {
    if (isTroubled) {
      isTroubled = false;
      LOG.info("the view of {} goes on", plan.name());
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

    @Override
    public void scan(byte[] prefix, TopicTable.Visitor visitor) {
      change.scan(prefix, (key, entry) -> visitor.visit(key, entry.value()));
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
      own.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
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
