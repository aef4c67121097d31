package io.pairstream.chaos.verify;

import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.Cluster;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads all outputs while the platform is being hurt, as a trainer would: committed records only,
 * from the first on. Notes at once when a raw record is named twice. A broker that dies costs it
 * time and nothing else. Asks no registry. Thread-safe.
 */
public final class LiveReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);

  private final Cluster cluster;
  private final List<TopicPartition> partitions;
  private final Set<TopicPartition> rawPartitions;
  private final Thread thread = Threads.daemon("live-reader", this::run);
  private final Map<TopicPartition, Long> next = new HashMap<>();

  /** What each output names, by where it is. */
  private final Map<Site, String> seen = new LinkedHashMap<>();

  private final Set<String> named = new HashSet<>();
  private final List<String> repeated = new ArrayList<>();

  /** When the last output of each raw partition became readable. */
  private final Map<TopicPartition, Instant> last = new HashMap<>();

  private boolean stopped;

  private LiveReader(Cluster cluster) {
    this.cluster = cluster;
    this.partitions = Reading.partitions(cluster, Reading.outputTopics(cluster));
    this.rawPartitions = Set.copyOf(Reading.partitions(cluster, Reading.rawTopics(cluster)));
    partitions.forEach(partition -> next.put(partition, 0L));
  }

  /** Begins to read; before the first record is sent. */
  public static LiveReader start(Cluster cluster) {
    LiveReader reader = new LiveReader(cluster);
    reader.thread.start();
    return reader;
  }

  /** Of each raw record that was named again, which, and where; in the order of their coming. */
  synchronized List<String> repeated() {
    return List.copyOf(repeated);
  }

  /** How many outputs became readable so far. */
  public synchronized long count() {
    return seen.size();
  }

  /** Whether an output of a record of each raw partition has become readable since. */
  public synchronized boolean cameOfEachSince(Instant instant) {
    return rawPartitions.stream()
        .allMatch(partition -> last.getOrDefault(partition, Instant.MIN).isAfter(instant));
  }

  /** Waits until so many outputs are readable; answers whether they came within the limit. */
  public synchronized boolean awaitOutputs(long wanted, Duration limit)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (seen.size() < wanted) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0 || stopped) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  /** What an output names, as a text. */
  static String origin(ConsumerRecord<byte[], byte[]> record) {
    return OriginHeader.read(record.headers()).map(OriginHeader::text).orElse("no raw record");
  }

  /**
   * Compares what was readable with what is: no more and no less.
   *
   * @param there what each output names that is there now, by where it is
   */
  synchronized void compare(Map<Site, String> there, Breaches breaches) {
    there.forEach(
        (site, origin) -> {
          if (!origin.equals(seen.get(site))) {
            differs(breaches, site, origin, "is there, and was not readable");
          }
        });
    seen.forEach(
        (site, origin) -> {
          if (!origin.equals(there.get(site))) {
            differs(breaches, site, origin, "was readable, and is not there");
          }
        });
    repeated.forEach(sentence -> breaches.add(Breach.LIVE, sentence));
  }

  private static void differs(Breaches breaches, Site site, String origin, String how) {
    breaches.add(Breach.LIVE, site + ", of " + origin + ", " + how);
  }

  private void run() {
    while (!isStopped()) {
      try (KafkaConsumer<byte[], byte[]> consumer = Reading.follower(cluster)) {
        consumer.assign(partitions);
        synchronized (this) {
          next.forEach(consumer::seek);
        }
        while (!isStopped()) {
          var records = consumer.poll(POLL);
          synchronized (this) {
            records.forEach(this::take);
            notifyAll();
          }
        }
      } catch (KafkaException brokersAreHurt) {
        pause();
      }
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    Site site = Site.of(record);
    next.put(site.topicPartition(), record.offset() + 1);
    String origin = origin(record);
    seen.put(site, origin);
    OriginHeader.read(record.headers())
        .ifPresent(
            known -> {
              last.put(Site.of(known).topicPartition(), Instant.now());
              if (!named.add(origin)) {
                repeated.add(origin + " came again as " + site);
              }
            });
  }

  private synchronized boolean isStopped() {
    return stopped;
  }

  private synchronized void pause() {
    try {
      long until = System.nanoTime() + POLL.toNanos();
      while (!stopped && System.nanoTime() < until) {
        wait(POLL.toMillis());
      }
    } catch (InterruptedException e) {
      stopped = true;
      Thread.currentThread().interrupt();
    }
  }

  /** Stops reading; what was read stays. */
  @Override
  public void close() {
    synchronized (this) {
      stopped = true;
      notifyAll();
    }
    try {
      thread.join(STOPPED_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
