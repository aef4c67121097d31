package io.pairstream.operations.cluster;

import io.pairstream.operations.topics.CreateTopics;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A JUnit extension that starts one broker for all test classes of the process and hands out data
 * sets that nobody else uses.
 */
public final class TestCluster implements BeforeAllCallback {

  private static final Duration MARKED_WITHIN = Duration.ofMinutes(5);

  /** Leaves the processor to the broker, before it is asked again. */
  private static final Duration PAUSE = Duration.ofMillis(5);

  private static final Set<TransactionState> MARKED =
      Set.of(TransactionState.COMPLETE_COMMIT, TransactionState.COMPLETE_ABORT);

  /**
   * A broker that is asked for what it has just made is asked again soon; and it is waited for,
   * since it stands still with the whole process where the machine is busy.
   */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "retry.backoff.ms", "10",
          "retry.backoff.max.ms", "100",
          "request.timeout.ms", "60000",
          "default.api.timeout.ms", "120000");

  private EmbeddedKafka kafka;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    kafka = RunningKafka.ofThisProcess();
  }

  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /** Does something while the broker knows of no leader of these topics' partitions. */
  public void withoutLeaders(Predicate<String> topics, Runnable action) {
    kafka.withoutLeaders(topics, action);
  }

  /** A new data set without topics. */
  public ClusterAccess emptyDataset() {
    String name = "t" + UUID.randomUUID().toString().substring(0, 8);
    return new ClusterAccess(
        new Cluster(
            kafka.bootstrapServers(), "mock://" + name, new Dataset(name), SETTINGS, Map.of()));
  }

  /** A new data set with all its topics. */
  public ClusterAccess dataset(int partitions) {
    ClusterAccess cluster = emptyDataset();
    new CreateTopics(cluster, CreateTopics.BROKER_DEFAULT)
        .create(new TopicCatalogue(cluster.dataset(), partitions));
    return cluster;
  }

  /** Takes a data set's topics away: of very many partitions the broker grows slow. */
  public static void deleteTopics(ClusterAccess cluster, int partitions) {
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(
          admin
              .deleteTopics(
                  new TopicCatalogue(cluster.dataset(), partitions)
                      .topics().stream().map(TopicSpec::name).toList())
              .all());
    }
  }

  /** The whole transactional id of a producer of this data set. */
  public static String transactionalId(ClusterAccess cluster, String ending) {
    return cluster.dataset().name() + ending;
  }

  /**
   * Returns once others can see what a producer has committed, or that it has aborted: the broker
   * answers before it has marked the transaction's partitions, one after the other.
   *
   * @param ending of the producer's transactional id
   */
  public static void awaitMarkers(Admin admin, ClusterAccess cluster, String ending) {
    String id = transactionalId(cluster, ending);
    long deadline = System.nanoTime() + MARKED_WITHIN.toNanos();
    TransactionState state = state(admin, id);
    while (!MARKED.contains(state) && System.nanoTime() < deadline) {
      LockSupport.parkNanos(PAUSE.toNanos());
      state = state(admin, id);
    }
    if (!MARKED.contains(state)) {
      throw new IllegalStateException("a transaction is still " + state);
    }
  }

  private static TransactionState state(Admin admin, String transactionalId) {
    return KafkaAnswers.await(
            admin.describeTransactions(List.of(transactionalId)).description(transactionalId))
        .state();
  }

  /**
   * All committed records of a topic, partition by partition. Waits for transactions that are open:
   * one whose commit is answered may still be for a moment.
   */
  public static List<ConsumerRecord<byte[], byte[]>> committed(
      ClusterAccess cluster, String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (CommittedLog log = CommittedLog.open(cluster)) {
      List<TopicPartition> partitions = log.partitions(topic);
      awaitNothingOpen(cluster, partitions);
      log.read(log.everything(partitions), records::add);
    }
    return records;
  }

  /** The values of {@link #committed}, as they were written. */
  public static <T> List<T> committedValues(ClusterAccess cluster, Topic<String, T> topic) {
    return committed(cluster, topic.name()).stream()
        .map(record -> topic.value().deserializer().deserialize(topic.name(), record.value()))
        .toList();
  }

  private static void awaitNothingOpen(ClusterAccess cluster, List<TopicPartition> partitions) {
    try (Admin admin = cluster.admin()) {
      long deadline = System.nanoTime() + MARKED_WITHIN.toNanos();
      // What is written is asked for first: the end of what is committed only comes nearer to it.
      while (!ends(admin, partitions, IsolationLevel.READ_UNCOMMITTED)
          .equals(ends(admin, partitions, IsolationLevel.READ_COMMITTED))) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("a transaction stays open on one of " + partitions);
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private static Map<TopicPartition, Long> ends(
      Admin admin, List<TopicPartition> partitions, IsolationLevel of) {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    KafkaAnswers.await(admin.listOffsets(latest, new ListOffsetsOptions(of)).all())
        .forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  /** A producer of bytes; transactional where it is given an id. */
  public static KafkaProducer<byte[], byte[]> producer(
      ClusterAccess cluster, String transactionalId) {
    Map<String, Object> settings = new HashMap<>(cluster.clientSettings());
    settings.remove("default.api.timeout.ms");
    settings.put("max.request.size", 10 * 1024 * 1024);
    settings.put("linger.ms", 0);
    if (!transactionalId.isEmpty()) {
      settings.put("transactional.id", transactionalId(cluster, transactionalId));
      // Whoever leaves a transaction open means it.
      settings.put("transaction.timeout.ms", 600_000);
    }
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    if (!transactionalId.isEmpty()) {
      producer.initTransactions();
    }
    return producer;
  }

  /** A record of a topic's own type; a tombstone where the value is null. */
  public static <T> ProducerRecord<byte[], byte[]> record(
      Topic<String, T> topic, Integer partition, String key, T value) {
    return new ProducerRecord<>(
        topic.name(),
        partition,
        key.getBytes(StandardCharsets.UTF_8),
        value == null ? null : topic.value().serializer().serialize(topic.name(), value));
  }

  /** Sends one record and waits until the broker has it. */
  public static RecordMetadata send(ClusterAccess cluster, ProducerRecord<byte[], byte[]> record) {
    try (KafkaProducer<byte[], byte[]> producer = producer(cluster, "")) {
      return acknowledged(producer.send(record));
    }
  }

  /** Sends one record in a transaction that is then aborted. */
  public static void sendInVain(ClusterAccess cluster, ProducerRecord<byte[], byte[]> record) {
    String ending = "-aborted";
    try (KafkaProducer<byte[], byte[]> producer = producer(cluster, ending);
        Admin admin = cluster.admin()) {
      producer.beginTransaction();
      acknowledged(producer.send(record));
      producer.abortTransaction();
      awaitMarkers(admin, cluster, ending);
    }
  }

  /** Waits until the broker has a record. */
  public static RecordMetadata acknowledged(Future<RecordMetadata> sent) {
    try {
      return sent.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Deletes a partition's records before an offset, also from a compacted topic, which the broker
   * lets nobody do until it has heard that the topic is compacted no more.
   */
  public static void deleteBefore(ClusterAccess cluster, TopicPartition partition, long offset) {
    try (Admin admin = cluster.admin()) {
      AlterConfigOp deletable =
          new AlterConfigOp(new ConfigEntry("cleanup.policy", "delete"), AlterConfigOp.OpType.SET);
      ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, partition.topic());
      KafkaAnswers.await(admin.incrementalAlterConfigs(Map.of(topic, List.of(deletable))).all());
      Map<TopicPartition, RecordsToDelete> records =
          Map.of(partition, RecordsToDelete.beforeOffset(offset));
      long deadline = System.nanoTime() + MARKED_WITHIN.toNanos();
      while (true) {
        try {
          KafkaAnswers.await(admin.deleteRecords(records).all());
          return;
        } catch (PolicyViolationException e) {
          if (System.nanoTime() > deadline) {
            throw e;
          }
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      }
    }
  }

  /** Commits an offset for a group that has no members. */
  public static void commit(
      ClusterAccess cluster, String group, TopicPartition partition, long offset) {
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(
          admin
              .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset)))
              .all());
    }
  }

  /**
   * The broker, stopped with the process: JUnit knows one class at a time where they are forked.
   */
  private static final class RunningKafka {

    private static RunningKafka ofThisProcess;

    private final Path directory;
    private final EmbeddedKafka kafka;

    private RunningKafka() throws Exception {
      directory = Files.createTempDirectory("kafka");
      kafka = new EmbeddedKafka(directory);
    }

    static synchronized EmbeddedKafka ofThisProcess() throws Exception {
      if (ofThisProcess == null) {
        ofThisProcess = new RunningKafka();
        Runtime.getRuntime().addShutdownHook(new Thread(ofThisProcess::stop, "stop-kafka"));
      }
      return ofThisProcess.kafka;
    }

    private void stop() {
      kafka.close();
      try (Stream<Path> files = Files.walk(directory)) {
        List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        for (Path file : deepestFirst) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
