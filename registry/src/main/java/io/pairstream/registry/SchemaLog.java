package io.pairstream.registry;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All schemas of a cluster, on a compacted topic of one partition, and in memory. Thread-safe.
 *
 * <p>All writers have one transactional id: a writer that begins sees all that others have
 * committed, and fences them, so that no id is given twice. What is known and has gone from the
 * topic, because it or its records were deleted, is written again.
 */
final class SchemaLog implements AutoCloseable {

  static final String TOPIC = TopicCatalogue.SCHEMAS;

  private static final Logger LOG = LoggerFactory.getLogger(SchemaLog.class);

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LOOK_AGAIN_AFTER = Duration.ofSeconds(1);

  private final ClusterAccess cluster;
  private final Admin admin;

  /** Null until it is needed, and after a fault. */
  private Producer<byte[], byte[]> writer;

  private volatile List<SchemaVersion> known = List.of();
  private long lookedAtNanos;

  /** Where the topic stood before it was read last; null before, and where there was none. */
  private Extent read;

  /** The reading that has not begun, if there is one. Guarded by itself. */
  private final List<CompletableFuture<List<SchemaVersion>>> next = new ArrayList<>(1);

  private SchemaLog(ClusterAccess cluster) {
    this.cluster = cluster;
    this.admin = cluster.admin();
  }

  /**
   * Reads all schemas; makes the topic where there is none, with as many copies as the brokers do.
   *
   * @throws KafkaException where Kafka does not answer, or does not let us
   */
  static SchemaLog open(ClusterAccess cluster) {
    SchemaLog log = new SchemaLog(cluster);
    try {
      log.makeTopic();
      log.read(log.extent());
      return log;
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  private void makeTopic() {
    try {
      NewTopic topic =
          new NewTopic(TOPIC, Optional.of(1), Optional.empty())
              .configs(
                  Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
      with(AclOperation.CREATE, () -> KafkaAnswers.await(admin.createTopics(List.of(topic)).all()));
    } catch (TopicExistsException e) {
      // As it nearly always is.
    }
  }

  /** Every version of every subject, in the order in which they were registered. */
  List<SchemaVersion> all() {
    return known;
  }

  /**
   * All versions, including those that other instances have registered before the call; to be asked
   * before a schema is said to be missing. A caller that asks while one reading is under way shares
   * the next one, and keeps no thread.
   *
   * @return fails as {@link #allNow} does
   */
  CompletableFuture<List<SchemaVersion>> allLater(Executor reader) {
    synchronized (next) {
      if (next.isEmpty()) {
        next.add(CompletableFuture.supplyAsync(this::nextReading, reader));
      }
      return next.get(0);
    }
  }

  private List<SchemaVersion> nextReading() {
    synchronized (next) {
      next.clear();
    }
    return allNow();
  }

  /**
   * All versions. The topic is looked at once a second at most, and read where it has changed.
   *
   * @throws KafkaException where Kafka does not answer, or does not let us
   */
  synchronized List<SchemaVersion> allNow() {
    if (System.nanoTime() - lookedAtNanos > LOOK_AGAIN_AFTER.toNanos()) {
      Extent now = extent();
      if (now == null || !now.equals(read)) {
        read(now);
      }
    }
    return known;
  }

  /**
   * Adds a version, and returns once Kafka holds it.
   *
   * @param next gives a version that is known already, or the one to add, by all that are known
   * @throws KafkaException where it is not known to be held; then the next call finds out
   */
  synchronized SchemaVersion append(Function<List<SchemaVersion>, SchemaVersion> next) {
    boolean isUsed = writer != null;
    try {
      return appendOnce(next);
    } catch (KafkaException e) {
      if (!isUsed) {
        throw e;
      }
      // Another instance has written since, or Kafka has forgotten a writer that was idle for days.
      return appendOnce(next);
    }
  }

  private SchemaVersion appendOnce(Function<List<SchemaVersion>, SchemaVersion> next) {
    if (writer == null) {
      writer = cluster.transactions(TOPIC, TIMEOUT, Map.of());
      read(extent());
    }
    SchemaVersion version = next.apply(known);
    if (!known.contains(version)) {
      write(List.of(version));
      List<SchemaVersion> more = new ArrayList<>(known);
      more.add(version);
      known = List.copyOf(more);
    }
    return version;
  }

  private void write(List<SchemaVersion> versions) {
    try {
      writer.beginTransaction();
      for (SchemaVersion version : versions) {
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(TOPIC, version.key(), Json.bytes(version));
        var unused = with(AclOperation.WRITE, () -> KafkaAnswers.await(writer.send(record)));
      }
      writer.commitTransaction();
    } catch (KafkaException e) {
      closeWriter();
      throw e;
    }
  }

  /** Does what takes a right; Kafka says of one that is missing only which topic it is for. */
  private static <T> T with(AclOperation right, Supplier<T> work) {
    try {
      return work.get();
    } catch (TopicAuthorizationException e) {
      throw new TopicAuthorizationException(
          "the registry has no right to %s topic %s; all its rights are listed by: %s; acls apply grants them"
              .formatted(right, TOPIC, Hint.of("acls ls --client registry")),
          e.unauthorizedTopics());
    }
  }

  /**
   * The topic and its bounds, which tell whether anything was written or deleted.
   *
   * @param begin first offset
   * @param end offset behind the last committed record
   */
  private record Extent(Uuid topic, long begin, long end) {}

  /** Looks at the topic; null where there is none. */
  private Extent extent() {
    lookedAtNanos = System.nanoTime();
    try {
      Uuid topic =
          with(
              AclOperation.DESCRIBE,
              () ->
                  KafkaAnswers.await(admin.describeTopics(List.of(TOPIC)).allTopicNames())
                      .get(TOPIC)
                      .topicId());
      return new Extent(topic, offset(OffsetSpec.earliest()), offset(OffsetSpec.latest()));
    } catch (UnknownTopicOrPartitionException e) {
      return null;
    }
  }

  private long offset(OffsetSpec which) {
    TopicPartition only = new TopicPartition(TOPIC, 0);
    var options = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
    return KafkaAnswers.await(admin.listOffsets(Map.of(only, which), options).partitionResult(only))
        .offset();
  }

  /**
   * Reads all.
   *
   * @param before where the topic stands
   */
  private void read(Extent before) {
    List<SchemaVersion> found = found();
    if (!lost(found).isEmpty()) {
      // No other instance writes between this second reading and the writing.
      if (writer == null) {
        writer = cluster.transactions(TOPIC, TIMEOUT, Map.of());
      }
      found = found();
      List<SchemaVersion> lost = lost(found);
      LOG.error("{} has lost {} schemas, which are written again", TOPIC, lost.size());
      write(lost);
      found.addAll(lost);
    }
    known = List.copyOf(found);
    read = before;
  }

  /**
   * Versions that are known and are not on the topic, under the ids that they had. A version that
   * another instance has registered meanwhile keeps its number.
   */
  private List<SchemaVersion> lost(List<SchemaVersion> found) {
    List<SchemaVersion> all = new ArrayList<>(found);
    for (SchemaVersion one : known) {
      if (all.stream().noneMatch(one::isSameSchema)) {
        int taken =
            all.stream()
                .filter(other -> other.subject().equals(one.subject()))
                .mapToInt(SchemaVersion::version)
                .max()
                .orElse(0);
        int version = Math.max(one.version(), taken + 1);
        all.add(new SchemaVersion(one.subject(), version, one.id(), one.schema()));
      }
    }
    return all.subList(found.size(), all.size());
  }

  private List<SchemaVersion> found() {
    List<SchemaVersion> found = new ArrayList<>();
    try (CommittedLog log = CommittedLog.open(cluster)) {
      Map<TopicPartition, Stretch> all =
          with(AclOperation.DESCRIBE, () -> log.everything(log.partitions(TOPIC)));
      with(
          AclOperation.READ,
          () -> {
            log.readAll(all, record -> note(record, found));
            return true;
          });
    } catch (UnknownTopicOrPartitionException e) {
      makeTopic();
    }
    return found;
  }

  private static void note(ConsumerRecord<byte[], byte[]> record, List<SchemaVersion> found) {
    Optional.ofNullable(record.value())
        .flatMap(SchemaVersion::read)
        .ifPresentOrElse(
            found::add, () -> LOG.warn("{} at offset {} holds no schema", TOPIC, record.offset()));
  }

  @Override
  public synchronized void close() {
    closeWriter();
    admin.close(Duration.ZERO);
  }

  /** Writing begins anew where it goes on. */
  private void closeWriter() {
    if (writer != null) {
      writer.close(Duration.ZERO);
      writer = null;
    }
  }

  /**
   * A version of a subject.
   *
   * @param version 1 for the first of its subject
   * @param id 1 or more; the same for the same text, whatever the subject
   * @param schema its text, as Avro writes it
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record SchemaVersion(String subject, int version, int id, String schema) {

    private boolean isSameSchema(SchemaVersion other) {
      return id == other.id && subject.equals(other.subject) && schema.equals(other.schema);
    }

    /** Key of this version's record in the topic. */
    byte[] key() {
      return (subject + "/" + version).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads what Jackson writes of it; empty where the bytes are something else. */
    static Optional<SchemaVersion> read(byte[] value) {
      try {
        return Optional.of(Json.MAPPER.readValue(value, SchemaVersion.class))
            .filter(
                read ->
                    read.subject != null && read.version > 0 && read.id > 0 && read.schema != null);
      } catch (IOException e) {
        return Optional.empty();
      }
    }
  }
}
