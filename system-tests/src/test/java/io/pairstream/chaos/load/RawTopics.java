package io.pairstream.chaos.load;

import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/** What a producer asks about the raw topics before it begins; nothing is asked again later. */
final class RawTopics {

  private static final Duration READY_WITHIN = Duration.ofMinutes(4);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Map<String, String> names = new HashMap<>();
  private final Map<String, Integer> schemaIds = new HashMap<>();
  private final Map<String, Integer> partitions = new HashMap<>();

  /** Waits until every raw partition has a leader that hosts it. */
  static RawTopics of(Cluster cluster) throws InterruptedException {
    RawTopics topics = new RawTopics();
    Registry registry = cluster.registry();
    try (Admin admin = Admin.create(cluster.clientSettings(Map.of()))) {
      for (String name : List.of(TopicCatalogue.CROWDSOURCED, TopicCatalogue.SCRAPED)) {
        String fullName = cluster.dataset().topic(name);
        topics.names.put(name, fullName);
        topics.schemaIds.put(name, registry.idOf(fullName + "-value", RawPair.SCHEMA$));
        topics.partitions.put(name, awaitLeaders(admin, fullName));
      }
    }
    return topics;
  }

  /**
   * An idempotent producer loses records on a partition whose leader does not host it yet
   * (KAFKA-15591).
   */
  private static int awaitLeaders(Admin admin, String topic) throws InterruptedException {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (true) {
      try {
        TopicDescription description =
            admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        description
            .partitions()
            .forEach(
                each -> ends.put(new TopicPartition(topic, each.partition()), OffsetSpec.latest()));
        var unused = admin.listOffsets(ends).all().get();
        return ends.size();
      } catch (ExecutionException e) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("topic " + topic + " is not there", e);
        }
        TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
      }
    }
  }

  String fullName(String topic) {
    return names.get(topic);
  }

  int schemaId(String topic) {
    return schemaIds.get(topic);
  }

  int partitions(String topic) {
    return partitions.get(topic);
  }
}
