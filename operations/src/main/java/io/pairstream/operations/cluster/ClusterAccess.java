package io.pairstream.operations.cluster;

import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * One data set on one Kafka cluster, with the schema registry that goes with it.
 *
 * <p>Questions to a broker that does not answer fail within 8 seconds, unless the client settings
 * say otherwise. Thread-safe.
 */
public final class ClusterAccess {

  private static final Map<String, Object> PATIENCE =
      Map.of("request.timeout.ms", 5_000, "default.api.timeout.ms", 8_000);

  private final Dataset dataset;
  private final Registry registry;
  private final Map<String, Object> clientSettings;
  private final PairTopics topics;

  public ClusterAccess(Cluster cluster) {
    dataset = cluster.dataset();
    registry = cluster.registry();
    clientSettings = Map.copyOf(cluster.clientSettings(PATIENCE));
    topics = PairTopics.of(dataset, new AvroSerdes(registry));
  }

  public Dataset dataset() {
    return dataset;
  }

  public Registry registry() {
    return registry;
  }

  public PairTopics topics() {
    return topics;
  }

  /** Settings of any Kafka client, {@code bootstrap.servers} among them. */
  public Map<String, Object> clientSettings() {
    return clientSettings;
  }

  /** A new admin client; the caller closes it. */
  public Admin admin() {
    return Admin.create(
        with(Map.of(AdminClientConfig.CLIENT_ID_CONFIG, dataset.name() + "-operations")));
  }

  /**
   * A new consumer of committed records that belongs to no group; the caller closes it.
   *
   * @param own settings of this consumer, which go before the cluster's
   */
  public KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> own) {
    Map<String, Object> settings = with(own);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * Makes sure that what cannot be decoded may be blamed on the record: the registry answers, and
   * holds our schemas.
   *
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where it does not answer
   * @throws io.pairstream.schemas.wire.MissingSchemaException where it does not hold them
   */
  public void requireRegistry() {
    registry.idOf(topics.training().name() + "-value", PreparedPair.SCHEMA$);
  }

  /**
   * The settled offsets that a group has committed on these partitions; without those on which it
   * never has.
   *
   * <p>Waits for transactions that are just being committed. The broker does so only for partitions
   * that are named: asked for all, it leaves out one whose first commit is under way.
   */
  public static Map<TopicPartition, Long> committed(
      Admin admin, String group, Collection<TopicPartition> partitions) {
    ListConsumerGroupOffsetsOptions settled =
        new ListConsumerGroupOffsetsOptions().requireStable(true);
    ListConsumerGroupOffsetsSpec named =
        new ListConsumerGroupOffsetsSpec().topicPartitions(partitions);
    try {
      Map<TopicPartition, Long> offsets = new HashMap<>();
      await(
              admin
                  .listConsumerGroupOffsets(Map.of(group, named), settled)
                  .partitionsToOffsetAndMetadata(group))
          .forEach(
              (partition, committed) -> {
                if (committed != null) {
                  offsets.put(partition, committed.offset());
                }
              });
      return offsets;
    } catch (GroupIdNotFoundException e) {
      return Map.of();
    }
  }

  /**
   * Waits for an answer of the broker.
   *
   * @throws KafkaException with which the question failed
   */
  public static <T> T await(KafkaFuture<T> answer) {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KafkaException refused) {
        throw refused;
      }
      throw new KafkaException(e.getCause());
    }
  }

  private Map<String, Object> with(Map<String, Object> own) {
    Map<String, Object> settings = new HashMap<>(clientSettings);
    settings.putAll(own);
    return settings;
  }
}
