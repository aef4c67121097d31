package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.Site;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.Cluster;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.testing.TestDataset;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads all outputs while the platform is being hurt, as a trainer would: committed records only,
 * from the first on. A broker that dies costs it time and nothing else. Thread-safe.
 */
public final class LiveReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);

  private final TestDataset dataset;
  private final List<TopicPartition> partitions;
  private final List<TopicPartition> rawPartitions;
  private final Thread thread = Threads.daemon("live-reader", this::run);
  private final Map<TopicPartition, Long> next = new HashMap<>();

  private final Map<Site, String> seen = new HashMap<>();

  /** When the last output of each raw partition became readable. */
  private final Map<TopicPartition, Instant> last = new HashMap<>();

  private volatile boolean stopped;

  private LiveReader(Cluster cluster, int partitionCount) {
    ClusterAccess access = new ClusterAccess(cluster);
    dataset = TestDataset.of(access.dataset(), access.registry(), access.clientSettings());
    partitions = partitions(Accounts.outputTopics(access), partitionCount);
    rawPartitions = partitions(Accounts.rawTopics(access), partitionCount);
    partitions.forEach(partition -> next.put(partition, 0L));
  }

  private static List<TopicPartition> partitions(List<String> topics, int count) {
    return topics.stream()
        .flatMap(topic -> IntStream.range(0, count).mapToObj(i -> new TopicPartition(topic, i)))
        .toList();
  }

  /** Begins to read all partitions of each topic; before the first record is sent. */
  public static LiveReader start(Cluster cluster, int partitions) {
    LiveReader reader = new LiveReader(cluster, partitions);
    reader.thread.start();
    return reader;
  }

  /** Origin that each output names which became readable so far, by its site. */
  synchronized Map<Site, String> seen() {
    return Map.copyOf(seen);
  }

  /** Whether an output of a record of each raw partition has become readable since. */
  public synchronized boolean cameOfEachSince(Instant instant) {
    return rawPartitions.stream()
        .allMatch(partition -> last.getOrDefault(partition, Instant.MIN).isAfter(instant));
  }

  /** Origin that an output names, as a text. */
  static String origin(ConsumerRecord<byte[], byte[]> record) {
    return OriginHeader.read(record.headers()).map(OriginHeader::text).orElse("no raw record");
  }

  private void run() {
    while (!stopped) {
      try (KafkaConsumer<byte[], byte[]> consumer = dataset.consumer()) {
        consumer.assign(partitions);
        next.forEach(consumer::seek);
        while (!stopped) {
          consumer.poll(POLL).forEach(this::take);
        }
      } catch (KafkaException brokersAreHurt) {
        // The next client goes on where this one has ended.
      }
    }
  }

  private synchronized void take(ConsumerRecord<byte[], byte[]> record) {
    Site site = Site.of(record);
    next.put(site.topicPartition(), record.offset() + 1);
    seen.put(site, origin(record));
    OriginHeader.read(record.headers())
        .ifPresent(origin -> last.put(Site.of(origin).topicPartition(), Instant.now()));
  }

  /** Stops reading; what was read stays. */
  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(STOPPED_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
