package io.pairstream.preprocess.run;

import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.Cluster;
import io.pairstream.service.requirements.MissingTopics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for what the topology cannot work without: its topics, and its own schemas in the registry.
 *
 * <p>A cluster or a registry that does not answer is waited for; a topic or a schema that is
 * missing is waited for too, because they may be created just now, and then named in an exception.
 */
final class Prerequisites {

  private static final Logger LOG = LoggerFactory.getLogger(Prerequisites.class);
  private static final Duration MISSING_FOR = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** A start does not wait half a minute for each broker that stands still. */
  private static final Map<String, Object> TIMEOUT = Map.of("request.timeout.ms", 5_000);

  private final Cluster cluster;
  private final Registry registry;
  private final PairTopics topics;

  Prerequisites(Cluster cluster, Registry registry, PairTopics topics) {
    this.cluster = cluster;
    this.registry = registry;
    this.topics = topics;
  }

  /**
   * Waits for every topic of the topology.
   *
   * @return how many partitions the raw topics have
   */
  int awaitTopics() throws InterruptedException {
    long giveUpNanos = System.nanoTime() + MISSING_FOR.toNanos();
    try (Admin admin = AdminClients.create(cluster.clientSettings(TIMEOUT))) {
      while (true) {
        DescribeTopicsResult answers = admin.describeTopics(needed());
        try {
          return equalPartitions(answers.allTopicNames().get());
        } catch (ExecutionException e) {
          boolean missing = e.getCause() instanceof UnknownTopicOrPartitionException;
          if (missing && System.nanoTime() > giveUpNanos) {
            throw new StartException(
                MissingTopics.sentence(cluster.dataset(), answers.topicNameValues()), e);
          }
          if (!missing && !(e.getCause() instanceof RetriableException)) {
            throw new StartException("the cluster refuses to describe its topics: " + e, e);
          }
          LOG.info("waiting for the topics: {}", e.getCause().getMessage());
        }
        TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
      }
    }
  }

  /**
   * Waits until the registry holds our schemas, and fetches what the topology will need of it, so
   * that no later trouble with the registry touches a record whose schema is known.
   */
  void awaitSchemas() throws InterruptedException {
    long giveUpNanos = System.nanoTime() + MISSING_FOR.toNanos();
    while (true) {
      try {
        topics.rawNames().forEach(topic -> registry.remember(topic + "-value"));
        registry.remember(topics.receipts().name() + "-value");
        registry.remember(topics.takedowns().name() + "-value");
        rehearse();
        return;
      } catch (MissingSchemaException e) {
        if (System.nanoTime() > giveUpNanos) {
          throw new StartException(e.getMessage(), e);
        }
        LOG.info("waiting for the schemas: {}", e.getMessage());
      } catch (RegistryUnavailableException | KafkaException e) {
        LOG.warn("waiting for the registry: {}", e.getMessage());
      }
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    }
  }

  /**
   * Serializes an empty record for each topic that the topology writes, so that its serializer
   * finds the schema's id now and keeps it.
   */
  private void rehearse() {
    Stream.of(topics.training(), topics.validation(), topics.test())
        .forEach(topic -> rehearse(topic, PreparedPair.newBuilder().build()));
    rehearse(topics.quarantine(), QuarantinedPair.newBuilder().build());
    rehearse(topics.receipts(), Receipt.newBuilder().build());
    rehearse(topics.takedowns(), Takedown.newBuilder().build());
  }

  private <T extends SpecificRecord> void rehearse(Topic<String, T> topic, T empty) {
    int unused = registry.idOf(topic.name() + "-value", empty.getSchema());
    byte[] bytes = topic.value().serializer().serialize(topic.name(), empty);
    T read = topic.value().deserializer().deserialize(topic.name(), bytes);
    if (!read.equals(empty)) {
      throw new StartException("the schema of " + topic.name() + " does not read what it wrote");
    }
  }

  /** Names of the topics that the topology reads and writes. */
  Set<String> needed() {
    Set<String> needed = new TreeSet<>(topics.rawNames());
    List.of(topics.training(), topics.validation(), topics.test())
        .forEach(topic -> needed.add(topic.name()));
    needed.add(topics.quarantine().name());
    needed.add(topics.receipts().name());
    needed.add(TopicCatalogue.repartitionTopic(topics.dataset()));
    needed.add(TopicCatalogue.changelogTopic(topics.dataset()));
    needed.add(topics.takedowns().name());
    needed.add(TopicCatalogue.takedownsByImageTopic(topics.dataset()));
    needed.add(TopicCatalogue.takedownsChangelogTopic(topics.dataset()));
    return needed;
  }

  private int equalPartitions(Map<String, TopicDescription> found) {
    Map<String, Integer> counts =
        found.entrySet().stream()
            .filter(
                topic -> TopicCatalogue.ofTheTopology(topics.dataset()).contains(topic.getKey()))
            .collect(
                Collectors.toMap(Map.Entry::getKey, topic -> topic.getValue().partitions().size()));
    if (Set.copyOf(counts.values()).size() != 1) {
      throw new StartException(
          "the raw topics and the topology's own must have equal partition counts, but have "
              + counts);
    }
    return counts.values().iterator().next();
  }
}
