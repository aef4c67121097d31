package io.pairstream.chaos.verify;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/** Records that preprocessing has not committed, on the raw topics and between its own tasks. */
final class Undecided {

  private static final Duration PAUSE = Duration.ofMillis(250);

  private Undecided() {}

  /**
   * Waits for a while until there are none.
   *
   * @return a sentence for each partition that has some even then
   */
  static List<String> lasting(Cluster cluster, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    List<String> topics = new ArrayList<>(Reading.rawTopics(cluster));
    topics.add(TopicCatalogue.repartitionTopic(cluster.dataset()));
    List<TopicPartition> partitions = Reading.partitions(cluster, topics);
    try {
      List<String> waiting = waiting(cluster, partitions);
      boolean isOver = false;
      while (!waiting.isEmpty() && !isOver) {
        TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        // Before the look: the last one begins when the while is over, however long one takes.
        isOver = System.nanoTime() >= deadline;
        waiting = waiting(cluster, partitions);
      }
      return waiting;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Counts records, not offsets: the marker of a transaction waits for nobody. */
  private static List<String> waiting(Cluster cluster, List<TopicPartition> partitions)
      throws InterruptedException {
    Map<TopicPartition, Long> committed = committed(cluster);
    Map<String, Long> counts = new TreeMap<>();
    var unused =
        Reading.from(
            cluster,
            partitions,
            committed,
            record -> counts.merge(record.topic() + "-" + record.partition(), 1L, Long::sum));
    return counts.entrySet().stream()
        .map(
            count ->
                count.getKey()
                    + " has records that preprocessing has not committed: "
                    + count.getValue())
        .toList();
  }

  private static Map<TopicPartition, Long> committed(Cluster cluster) throws InterruptedException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    try (Admin admin = Admin.create(cluster.clientSettings(Map.of()))) {
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin
              .listConsumerGroupOffsets(cluster.dataset().preprocessGroup())
              .partitionsToOffsetAndMetadata()
              .get();
      committed.forEach(
          (partition, found) -> {
            if (found != null) {
              offsets.put(partition, found.offset());
            }
          });
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw new KafkaException("cannot ask for committed offsets: " + e.getCause(), e);
      }
    }
    return offsets;
  }
}
