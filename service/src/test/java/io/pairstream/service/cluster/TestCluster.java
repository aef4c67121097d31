package io.pairstream.service.cluster;

import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.Cluster;
import io.pairstream.testing.TestDataset;
import io.pairstream.testing.TestKafka;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/** {@link TestKafka} for those who ask clusters by {@link ClusterAccess}. */
public final class TestCluster
    implements BeforeAllCallback,
        TestInstancePreConstructCallback,
        AfterEachCallback,
        AfterAllCallback {

  private final TestKafka kafka = new TestKafka();

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    kafka.beforeAll(context);
  }

  @Override
  public void preConstructTestInstance(
      TestInstanceFactoryContext factory, ExtensionContext context) {
    kafka.preConstructTestInstance(factory, context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    kafka.afterEach(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    kafka.afterAll(context);
  }

  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /** The cluster of a data set, as services are given it. */
  public Cluster cluster(ClusterAccess of, Map<String, String> kafkaSettings) {
    return new Cluster(
        bootstrapServers(), "mock://" + of.dataset().name(), of.dataset(), kafkaSettings, Map.of());
  }

  /** As {@link TestKafka#withoutLeaders}. */
  public void withoutLeaders(Predicate<String> topics, Runnable action) {
    kafka.withoutLeaders(topics, action);
  }

  /** A new data set without topics. */
  public ClusterAccess emptyDataset() {
    return access(kafka.emptyDataset());
  }

  /** As {@link TestKafka#dataset}. */
  public ClusterAccess dataset(int partitions, String... topics) {
    return access(kafka.dataset(partitions, topics));
  }

  /** As {@link TestKafka#datasetOfAllTopics}. */
  public ClusterAccess datasetOfAllTopics(int partitions) {
    return access(kafka.datasetOfAllTopics(partitions));
  }

  /** As {@link TestDataset#transactionalId}. */
  public static String transactionalId(ClusterAccess cluster, String ending) {
    return of(cluster).transactionalId(ending);
  }

  /** As {@link TestDataset#awaitMarkers}. */
  public static void awaitMarkers(Admin admin, ClusterAccess cluster, String ending) {
    of(cluster).awaitMarkers(admin, ending);
  }

  /** As {@link TestDataset#committed}. */
  public static List<ConsumerRecord<byte[], byte[]>> committed(
      ClusterAccess cluster, String topic) {
    return of(cluster).committed(topic);
  }

  /** As {@link TestDataset#committedValues}. */
  public static <T> List<T> committedValues(ClusterAccess cluster, Topic<T> topic) {
    return of(cluster).committedValues(topic);
  }

  /** As {@link TestDataset#producer}. */
  public static KafkaProducer<byte[], byte[]> producer(
      ClusterAccess cluster, String transactionalId) {
    return of(cluster).producer(transactionalId);
  }

  /** As {@link TestDataset#record}. */
  public static <T> ProducerRecord<byte[], byte[]> record(
      Topic<T> topic, Integer partition, String key, T value) {
    return TestDataset.record(topic, partition, key, value);
  }

  /** As {@link TestDataset#send}. */
  public static RecordMetadata send(ClusterAccess cluster, ProducerRecord<byte[], byte[]> record) {
    return of(cluster).send(record);
  }

  /** Sends a value under a key, to the partition that the key belongs on. */
  public static <T> void put(ClusterAccess cluster, Topic<T> topic, String key, T value) {
    send(cluster, record(topic, null, key, value));
  }

  /** As {@link TestDataset#sendInVain}. */
  public static void sendInVain(ClusterAccess cluster, ProducerRecord<byte[], byte[]> record) {
    of(cluster).sendInVain(record);
  }

  /** As {@link TestDataset#acknowledged}. */
  public static RecordMetadata acknowledged(Future<RecordMetadata> sent) {
    return TestDataset.acknowledged(sent);
  }

  /** As {@link TestDataset#deleteBefore}. */
  public static void deleteBefore(ClusterAccess cluster, TopicPartition partition, long offset) {
    of(cluster).deleteBefore(partition, offset);
  }

  /** As {@link TestDataset#commit}. */
  public static void commit(
      ClusterAccess cluster, String group, TopicPartition partition, long offset) {
    of(cluster).commit(group, partition, offset);
  }

  private static TestDataset of(ClusterAccess cluster) {
    return TestDataset.of(cluster.dataset(), cluster.registry(), cluster.clientSettings());
  }

  private static ClusterAccess access(TestDataset dataset) {
    return new ClusterAccess(
        new Cluster(
            dataset.bootstrapServers(),
            "mock://" + dataset.dataset().name(),
            dataset.dataset(),
            TestDataset.SETTINGS,
            Map.of()));
  }
}
