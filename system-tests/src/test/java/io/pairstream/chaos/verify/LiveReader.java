package io.pairstream.chaos.verify;

import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.Cluster;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads all outputs while the platform is being hurt, as a trainer would: committed records only,
 * from the first on. Notes when each became readable, and at once when a raw record is named twice.
 * A broker that dies costs it time and nothing else. Asks no registry. Thread-safe.
 */
public final class LiveReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);

  /** So that an offset that is far away takes no more room than any other. */
  private static final int STRETCH = 1 << 16;

  private final Cluster cluster;
  private final LongSupplier inputs;
  private final Clock clock;
  private final Coordinates coordinates;
  private final List<TopicPartition> partitions;
  private final Thread thread = new Thread(this::run, "live-reader");
  private final Map<TopicPartition, Long> next = new HashMap<>();

  /** Per output partition and offset, two more than the coordinates that the record names. */
  private final Map<TopicPartition, LongColumn> named = new HashMap<>();

  /** Per {@value #STRETCH} raw offsets of a partition, those that were named. */
  private final Map<Long, BitSet> seen = new HashMap<>();

  private final SeenOutputs outputs;
  private final List<String> repeated = new ArrayList<>();
  private Instant waitingSince;
  private Duration longestStall = Duration.ZERO;
  private Instant longestStallBegan;
  private boolean stopped;

  private LiveReader(
      Cluster cluster, LongSupplier inputs, Clock clock, List<TopicPartition> partitions) {
    this.cluster = cluster;
    this.inputs = inputs;
    this.clock = clock;
    this.coordinates = Coordinates.of(cluster);
    this.outputs = new SeenOutputs(coordinates);
    this.partitions = partitions;
    this.longestStallBegan = clock.instant();
    partitions.forEach(
        partition -> {
          next.put(partition, 0L);
          named.put(partition, new LongColumn());
        });
  }

  /**
   * Begins to read; before the first record is sent.
   *
   * @param inputs how many records the platform has been given so far
   */
  public static LiveReader start(Cluster cluster, LongSupplier inputs) {
    List<TopicPartition> partitions = Coordinates.partitions(cluster, outputTopics(cluster));
    LiveReader reader = new LiveReader(cluster, inputs, Clock.systemUTC(), partitions);
    reader.thread.setDaemon(true);
    reader.thread.start();
    return reader;
  }

  /** The topics of the four doors; quarantine is the last. */
  static List<String> outputTopics(Cluster cluster) {
    return List.of(
        cluster.dataset().topic(TopicCatalogue.TRAINING),
        cluster.dataset().topic(TopicCatalogue.VALIDATION),
        cluster.dataset().topic(TopicCatalogue.TEST),
        cluster.dataset().topic(TopicCatalogue.QUARANTINE));
  }

  /** Of each raw record that was named again, which, and where; in the order of their coming. */
  public synchronized List<String> repeated() {
    return List.copyOf(repeated);
  }

  /** What became readable so far, and what still will. */
  public SeenOutputs outputs() {
    return outputs;
  }

  /**
   * The longest time without any output while inputs waited.
   *
   * @param began when the last output before it came, or the first input after a time without any
   */
  public record Stall(Instant began, Duration lasted) {}

  public synchronized Stall longestStall() {
    Duration running =
        waitingSince == null ? Duration.ZERO : Duration.between(waitingSince, clock.instant());
    return running.compareTo(longestStall) > 0
        ? new Stall(waitingSince, running)
        : new Stall(longestStallBegan, longestStall);
  }

  /** Waits until so many outputs are readable; answers whether they came within the limit. */
  public synchronized boolean awaitOutputs(long wanted, Duration limit)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (outputs.size() < wanted) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0 || stopped) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  /** Whether it has seen a record at an offset, naming these coordinates. */
  synchronized boolean hasSeen(TopicPartition partition, long offset, long origin) {
    return named.get(partition).get(offset) == origin + 2;
  }

  /** One output that was seen. */
  interface SeenOutput {
    void take(TopicPartition partition, long offset, long origin);
  }

  /** Every output that was seen. */
  synchronized void eachSeen(SeenOutput each) {
    for (TopicPartition partition : partitions) {
      LongColumn column = named.get(partition);
      for (int offset = 0; offset < column.size(); offset++) {
        if (column.get(offset) != 0) {
          each.take(partition, offset, column.get(offset) - 2);
        }
      }
    }
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
            Instant now = clock.instant();
            records.forEach(record -> take(record, now));
            if (!records.isEmpty()) {
              notifyAll();
            }
            watch(!records.isEmpty(), now);
          }
        }
      } catch (KafkaException brokersAreHurt) {
        pause();
      }
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record, Instant now) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    next.put(partition, record.offset() + 1);
    long origin =
        OriginHeader.read(record.headers()).map(coordinates::of).orElse(Coordinates.NOWHERE);
    named.get(partition).put(record.offset(), origin + 2);
    outputs.add(origin, now);
    if (origin != Coordinates.NOWHERE) {
      BitSet offsets = seen.computeIfAbsent(origin / STRETCH, stretch -> new BitSet());
      int offset = (int) (origin % STRETCH);
      if (offsets.get(offset)) {
        repeated.add(
            coordinates.text(origin) + " came again as " + partition + "-" + record.offset());
      }
      offsets.set(offset);
    }
  }

  private void watch(boolean anyOutput, Instant now) {
    boolean waiting = inputs.getAsLong() > outputs.size();
    if (waitingSince != null && (anyOutput || !waiting)) {
      Duration lasted = Duration.between(waitingSince, now);
      if (lasted.compareTo(longestStall) > 0) {
        longestStall = lasted;
        longestStallBegan = waitingSince;
      }
      waitingSince = null;
    }
    if (waiting && waitingSince == null) {
      waitingSince = now;
    }
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
