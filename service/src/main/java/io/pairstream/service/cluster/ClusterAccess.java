package io.pairstream.service.cluster;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.FinishedOffsets;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.LogEnds;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * One data set on one Kafka cluster, with the schema registry that goes with it.
 *
 * <p>Questions to a broker that does not answer fail within 12 seconds, unless the client settings
 * say otherwise. Thread-safe.
 */
public final class ClusterAccess {

  private static final Duration ANSWER = Duration.ofSeconds(12);
  private static final Duration SETTLED_AFTER = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(5);

  private final Map<String, Object> clientSettings;
  private final PairTopics topics;

  public ClusterAccess(Cluster cluster) {
    this(cluster, Cluster.TIMEOUT);
  }

  /**
   * @param timeouts settings of Kafka's clients in place of the 12 seconds
   */
  public ClusterAccess(Cluster cluster, Map<String, Object> timeouts) {
    clientSettings = Map.copyOf(cluster.clientSettings(timeouts));
    topics = PairTopics.of(cluster.dataset(), cluster.registry());
  }

  public Dataset dataset() {
    return topics.dataset();
  }

  public Registry registry() {
    return topics.registry();
  }

  public PairTopics topics() {
    return topics;
  }

  /** How long Kafka's answers are waited for. */
  public Duration timeout() {
    return KafkaTimeouts.ofAnswers(clientSettings, ANSWER);
  }

  /** Settings of any Kafka client, {@code bootstrap.servers} among them. */
  public Map<String, Object> clientSettings() {
    return clientSettings;
  }

  /** A new admin client; the caller closes it. */
  public Admin admin() {
    return AdminClients.create(
        with(Map.of(AdminClientConfig.CLIENT_ID_CONFIG, dataset().name() + "-admin")));
  }

  /**
   * A new consumer of committed records that belongs to no group; the caller closes it.
   *
   * @param own settings of this consumer, which go before the cluster's
   */
  public KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> own) {
    Map<String, Object> usual = new HashMap<>(clientSettings);
    usual.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RecordSizes.RECORDS_PER_POLL);
    return consumer(usual, own);
  }

  /**
   * A new consumer of committed records, from a partition's beginning where its group has no offset
   * there; it commits nothing of itself, and the caller closes it.
   *
   * @param usual settings of a client of the cluster
   * @param own settings of this consumer, which go before those, and before what is said here
   */
  public static KafkaConsumer<byte[], byte[]> consumer(
      Map<String, Object> usual, Map<String, Object> own) {
    Map<String, Object> settings = new HashMap<>(usual);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.putAll(own);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * A new producer whose transactions can begin; the caller closes it.
   *
   * @param timeout for an answer, and of a transaction
   * @param own settings of this producer, which go before the cluster's
   * @throws KafkaException where Kafka does not answer, or does not let us
   */
  public KafkaProducer<byte[], byte[]> transactions(
      String transactionalId, Duration timeout, Map<String, Object> own) {
    Map<String, Object> settings = with(own);
    KafkaTimeouts.transactWithin(settings, timeout, timeout);
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    try {
      producer.initTransactions();
      return producer;
    } catch (KafkaException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  /**
   * Makes sure that what cannot be decoded may be blamed on the record: the registry answers, and
   * holds our schemas.
   *
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where it does not answer
   * @throws io.pairstream.schemas.wire.MissingSchemaException where it does not hold them
   */
  public void requireRegistry() {
    topics.training().requireSchema();
  }

  /** The topics of a list that are there, and that this client may see. */
  public static Map<String, TopicDescription> existing(Admin admin, Collection<String> topics) {
    Map<String, TopicDescription> existing = new HashMap<>();
    admin
        .describeTopics(topics)
        .topicNameValues()
        .forEach(
            (name, answer) -> {
              try {
                existing.put(name, KafkaAnswers.await(answer));
              } catch (UnknownTopicOrPartitionException | AuthorizationException e) {
                // Whether it is there is unknown where the brokers do not answer.
              }
            });
    return existing;
  }

  /** The ends that there are now, of open transactions too. */
  public static Map<TopicPartition, Long> veryEnds(
      Admin admin, Collection<TopicPartition> partitions) {
    return KafkaAnswers.await(LogEnds.ask(admin, partitions, IsolationLevel.READ_UNCOMMITTED));
  }

  /**
   * The offsets that a group has committed on these partitions; without those on which it never
   * has. Waits for transactions that are just being completed, so that no output that can be read
   * already belongs to a commit which does not count yet. After 10 seconds a transaction hangs, and
   * is waited for no longer.
   */
  public static Map<TopicPartition, Long> committedAndSettled(
      Admin admin, String group, Collection<TopicPartition> partitions) {
    return settled(admin, group, partitions, OffsetAndMetadata::offset);
  }

  /** The committed offsets of a group that finishes records out of order, and commits which. */
  public static Map<TopicPartition, FinishedOffsets> finishedAndSettled(
      Admin admin, String group, Collection<TopicPartition> partitions) {
    return settled(
        admin, group, partitions, at -> FinishedOffsets.read(at.offset(), at.metadata()));
  }

  private static <T> Map<TopicPartition, T> settled(
      Admin admin,
      String group,
      Collection<TopicPartition> partitions,
      Function<OffsetAndMetadata, T> reading) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    Set<TopicPartition> unsettled = new HashSet<>(partitions);
    long deadline = System.nanoTime() + SETTLED_AFTER.toNanos();
    boolean hangs = false;
    while (!unsettled.isEmpty() && !hangs) {
      hangs = System.nanoTime() > deadline;
      // The client leaves out the partitions that the broker calls unstable.
      offsets.putAll(committed(admin, group, unsettled, !hangs));
      unsettled.removeAll(offsets.keySet());
      if (!unsettled.isEmpty()) {
        Utils.sleep(PAUSE.toMillis());
      }
    }
    offsets.values().removeIf(Objects::isNull);
    Map<TopicPartition, T> read = new HashMap<>();
    offsets.forEach((partition, committed) -> read.put(partition, reading.apply(committed)));
    return read;
  }

  /** The committed offset of each partition; null where nothing was. */
  private static Map<TopicPartition, OffsetAndMetadata> committed(
      Admin admin, String group, Collection<TopicPartition> partitions, boolean settled) {
    try {
      return KafkaAnswers.await(
          admin
              .listConsumerGroupOffsets(
                  Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)),
                  new ListConsumerGroupOffsetsOptions().requireStable(settled))
              .partitionsToOffsetAndMetadata(group));
    } catch (GroupIdNotFoundException e) {
      Map<TopicPartition, OffsetAndMetadata> none = new HashMap<>();
      partitions.forEach(partition -> none.put(partition, null));
      return none;
    }
  }

  private Map<String, Object> with(Map<String, Object> own) {
    Map<String, Object> settings = new HashMap<>(clientSettings);
    settings.putAll(own);
    return settings;
  }
}
