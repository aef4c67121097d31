package io.pairstream.ingest.fetch.queue;

import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Upload;
import io.pairstream.schemas.WaitingLink;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.Cluster;
import io.pairstream.service.requirements.ClusterCheck;
import io.pairstream.service.requirements.MissingTopics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for what no link can be fetched without: topics, and our own schemas in the registry. What
 * is missing is waited for a while, because it may be created just now; what does not answer is
 * waited for however long it takes.
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
   * Waits for all of it.
   *
   * @return how many partitions links have; empty where {@code stop} came first
   * @throws MissingSchemaException where the registry answers and does not hold a schema
   * @throws io.pairstream.service.requirements.WeakClusterException where the cluster is not set to
   *     keep what is promised
   * @throws KafkaException where a topic is missing or the cluster refuses to describe it
   */
  Optional<Integer> await(BooleanSupplier stop) throws InterruptedException {
    long giveUpAt = System.nanoTime() + MISSING_FOR.toNanos();
    Optional<Integer> partitions = Optional.empty();
    try (Admin admin = AdminClients.create(cluster.clientSettings(TIMEOUT))) {
      while (!stop.getAsBoolean()) {
        try {
          partitions = Optional.of(partitions(admin, giveUpAt));
          rehearse();
          ClusterCheck.of(cluster).onTopics(needed()).require();
          return partitions;
        } catch (MissingSchemaException e) {
          if (System.nanoTime() - giveUpAt > 0) {
            throw e;
          }
          LOG.info("waiting for the schemas: {}", e.getMessage());
        } catch (RegistryUnavailableException | RetriableException e) {
          LOG.warn("waiting: {}", e.getMessage());
        }
        TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
      }
    }
    return Optional.empty();
  }

  private int partitions(Admin admin, long giveUpAt) throws InterruptedException {
    Map<String, TopicDescription> found;
    DescribeTopicsResult answers = admin.describeTopics(needed());
    try {
      found = answers.allTopicNames().get();
    } catch (ExecutionException e) {
      boolean missing = e.getCause() instanceof UnknownTopicOrPartitionException;
      if (missing && System.nanoTime() - giveUpAt > 0) {
        throw new KafkaException(
            MissingTopics.sentence(cluster.dataset(), answers.topicNameValues()), e);
      }
      if (e.getCause() instanceof KafkaException refused) {
        throw refused;
      }
      throw new KafkaException(e.getCause());
    }
    int links = found.get(topics.links().name()).partitions().size();
    int waiting = found.get(topics.waitingLinks().name()).partitions().size();
    if (links != waiting) {
      throw new KafkaException(
          "%s has %d partitions and %s has %d; both must have as many, so that one instance has all of a host's links"
              .formatted(topics.links().name(), links, topics.waitingLinks().name(), waiting));
    }
    return links;
  }

  private List<String> needed() {
    return List.of(
        topics.links().name(),
        topics.waitingLinks().name(),
        topics.scraped().name(),
        topics.quarantine().name(),
        topics.uploads().name());
  }

  /** Lets each serializer find its schema's id now, which it keeps. */
  private void rehearse() {
    rehearse(topics.links(), PairLink.newBuilder().build());
    rehearse(topics.waitingLinks(), WaitingLink.newBuilder().build());
    rehearse(topics.scraped(), RawPair.newBuilder().build());
    rehearse(topics.quarantine(), QuarantinedPair.newBuilder().build());
    rehearse(topics.uploads(), Upload.newBuilder().build());
  }

  private <T extends SpecificRecord> void rehearse(Topic<String, T> topic, T empty) {
    int unused = registry.idOf(topic.name() + "-value", empty.getSchema());
    try {
      byte[] bytes = topic.value().serializer().serialize(topic.name(), empty);
      T read = topic.value().deserializer().deserialize(topic.name(), bytes);
      if (!read.equals(empty)) {
        throw new IllegalStateException(
            "the schema of " + topic.name() + " does not read what it wrote");
      }
    } catch (SerializationException e) {
      throw new RegistryUnavailableException("the registry went away: " + e.getMessage(), e);
    }
  }
}
