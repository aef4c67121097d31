package io.pairstream.testing;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.LogEnds;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A data set on a test's broker, which a test writes and reads as bytes.
 *
 * @param clientSettings of any Kafka client, {@code bootstrap.servers} among them
 */
public record TestDataset(
    Dataset dataset, Registry registry, PairTopics topics, Map<String, Object> clientSettings) {

  /**
   * A broker that is asked for what it has just made is asked again soon; and it is waited for,
   * since it stands still with the whole process where the machine is busy.
   */
  public static final Map<String, String> SETTINGS =
      Map.of(
          "retry.backoff.ms", "10",
          "retry.backoff.max.ms", "100",
          "request.timeout.ms", "60000",
          "default.api.timeout.ms", "120000");

  private static final Set<TransactionState> MARKED =
      Set.of(TransactionState.COMPLETE_COMMIT, TransactionState.COMPLETE_ABORT);

  /** With patient clients. */
  public static TestDataset of(String bootstrapServers, String registry, Dataset dataset) {
    Map<String, Object> settings = new HashMap<>(SETTINGS);
    settings.put("bootstrap.servers", bootstrapServers);
    return of(dataset, new Registry(registry, Map.of()), settings);
  }

  public static TestDataset of(
      Dataset dataset, Registry registry, Map<String, Object> clientSettings) {
    return new TestDataset(
        dataset, registry, PairTopics.of(dataset, registry), Map.copyOf(clientSettings));
  }

  public String bootstrapServers() {
    return (String) clientSettings.get("bootstrap.servers");
  }

  /** A new admin client; the caller closes it. */
  public Admin admin() {
    return Admin.create(clientSettings);
  }

  /** A new consumer of committed records that belongs to no group; the caller closes it. */
  public KafkaConsumer<byte[], byte[]> consumer() {
    Map<String, Object> settings = new HashMap<>(clientSettings);
    settings.put("isolation.level", "read_committed");
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", false);
    settings.put("allow.auto.create.topics", false);
    settings.put("fetch.max.wait.ms", 50); // close() waits so long
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Makes topics as the catalogue describes them, all where none is named, with their schemas. */
  public void createTopics(int partitions, String... named) {
    Set<String> names = Stream.of(named).map(dataset::topic).collect(Collectors.toSet());
    List<TopicSpec> specs =
        new TopicCatalogue(dataset, partitions)
            .topics().stream()
                .filter(spec -> names.isEmpty() || names.contains(spec.name()))
                .toList();
    for (TopicSpec spec : specs) {
      spec.valueSchema().ifPresent(schema -> registry.register(spec.name() + "-value", schema));
    }
    try (Admin admin = admin()) {
      KafkaAnswers.await(
          admin
              .createTopics(
                  specs.stream()
                      .map(
                          spec ->
                              new NewTopic(spec.name(), spec.partitions(), (short) 1)
                                  .configs(spec.config()))
                      .toList())
              .all());
      List<TopicPartition> made = new ArrayList<>();
      for (TopicSpec spec : specs) {
        IntStream.range(0, spec.partitions())
            .forEach(partition -> made.add(new TopicPartition(spec.name(), partition)));
      }
      Await.answer(
          "all topics take records", () -> ends(admin, made, IsolationLevel.READ_UNCOMMITTED));
    }
  }

  /** A record of a topic's own type; a tombstone where the value is null. */
  public static <T> ProducerRecord<byte[], byte[]> record(
      Topic<T> topic, Integer partition, String key, T value) {
    ProducerRecord<byte[], byte[]> anywhere = topic.record(key, value);
    return new ProducerRecord<>(topic.name(), partition, anywhere.key(), anywhere.value());
  }

  /** A producer of bytes; transactional where it is given the ending of an id. */
  public KafkaProducer<byte[], byte[]> producer(String transactionalId) {
    Map<String, Object> settings = new HashMap<>(clientSettings);
    settings.remove("default.api.timeout.ms");
    settings.put("max.request.size", 10 * 1024 * 1024);
    settings.put("linger.ms", 0);
    if (!transactionalId.isEmpty()) {
      settings.put("transactional.id", transactionalId(transactionalId));
      // A test leaves a transaction open on purpose.
      settings.put("transaction.timeout.ms", 600_000);
    }
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    if (!transactionalId.isEmpty()) {
      producer.initTransactions();
    }
    return producer;
  }

  /** The whole transactional id of a producer of this data set. */
  public String transactionalId(String ending) {
    return dataset.name() + ending;
  }

  /** Sends one record and waits until the broker has it. */
  public RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
    try (KafkaProducer<byte[], byte[]> producer = producer("")) {
      return acknowledged(producer.send(record));
    }
  }

  /** Sends one record in a transaction that is then aborted. */
  public void sendInVain(ProducerRecord<byte[], byte[]> record) {
    String ending = "-aborted";
    try (KafkaProducer<byte[], byte[]> producer = producer(ending);
        Admin admin = admin()) {
      producer.beginTransaction();
      acknowledged(producer.send(record));
      producer.abortTransaction();
      awaitMarkers(admin, ending);
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
   * Returns once others can see what a producer has committed, or that it has aborted: the broker
   * answers before it has marked the transaction's partitions, one after the other.
   *
   * @param ending of the producer's transactional id
   */
  public void awaitMarkers(Admin admin, String ending) {
    String id = transactionalId(ending);
    Await.until(
        "the markers of " + id, () -> MARKED.contains(state(admin, id)), () -> state(admin, id));
  }

  /**
   * All committed records of a topic, partition by partition. Waits for transactions that are open:
   * one whose commit is answered may still be for a moment.
   */
  public List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (Admin admin = admin();
        KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(PartitionInfo::partition)
              .sorted()
              .map(partition -> new TopicPartition(topic, partition))
              .toList();
      Await.until(
          "no transaction is open on " + topic,
          // What is written is asked for first: the end of what is committed only comes nearer.
          () ->
              ends(admin, partitions, IsolationLevel.READ_UNCOMMITTED)
                  .equals(ends(admin, partitions, IsolationLevel.READ_COMMITTED)),
          () -> "an open one");
      Map<TopicPartition, Long> ends = ends(admin, partitions, IsolationLevel.READ_COMMITTED);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    records.sort(
        Comparator.<ConsumerRecord<byte[], byte[]>>comparingInt(ConsumerRecord::partition)
            .thenComparingLong(ConsumerRecord::offset));
    return records;
  }

  /** The values of {@link #committed}, as they were written. */
  public <T> List<T> committedValues(Topic<T> topic) {
    return committed(topic.name()).stream().map(record -> topic.read(record.value())).toList();
  }

  /** Commits an offset for a group that has no members. */
  public void commit(String group, TopicPartition partition, long offset) {
    try (Admin admin = admin()) {
      KafkaAnswers.await(
          admin
              .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset)))
              .all());
    }
  }

  /**
   * Deletes a partition's records before an offset, also from a compacted topic, which the broker
   * refuses until it has heard that the topic is compacted no more.
   */
  public void deleteBefore(TopicPartition partition, long offset) {
    try (Admin admin = admin()) {
      AlterConfigOp deletable =
          new AlterConfigOp(new ConfigEntry("cleanup.policy", "delete"), AlterConfigOp.OpType.SET);
      ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, partition.topic());
      KafkaAnswers.await(admin.incrementalAlterConfigs(Map.of(topic, List.of(deletable))).all());
      Map<TopicPartition, RecordsToDelete> records =
          Map.of(partition, RecordsToDelete.beforeOffset(offset));
      Await.answer(
          "records are deleted", () -> KafkaAnswers.await(admin.deleteRecords(records).all()));
    }
  }

  private static TransactionState state(Admin admin, String transactionalId) {
    return KafkaAnswers.await(
            admin.describeTransactions(List.of(transactionalId)).description(transactionalId))
        .state();
  }

  private static Map<TopicPartition, Long> ends(
      Admin admin, List<TopicPartition> partitions, IsolationLevel of) {
    return KafkaAnswers.await(LogEnds.ask(admin, partitions, of));
  }
}
