package io.pairstream.demo;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.demo.OutputCounts.Rejected;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.TopicCatalogue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Counts the committed records in the four outputs, from the beginning, in a thread of its own.
 *
 * <p>Belongs to no group and commits nothing, so nobody's lag changes. Withdrawals (records without
 * a value) are not counted. Thread-safe.
 */
public final class OutputCounter implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);

  private final Dataset dataset;
  private final Consumer<String, byte[]> consumer;
  private final RejectionReader rejections = new RejectionReader();
  private final Thread thread;

  private final Object lock = new Object();
  private final Map<String, Long> byTopic = new HashMap<>();
  private final Map<String, Long> byReason = new TreeMap<>();
  private long firstOutputMs = Long.MAX_VALUE;
  private long lastOutputMs = Long.MIN_VALUE;
  private Rejected example;
  private RuntimeException failure;

  /** Counts with a consumer that it owns from here on. */
  OutputCounter(Dataset dataset, Consumer<String, byte[]> consumer) {
    this.dataset = dataset;
    this.consumer = consumer;
    this.thread = Threads.daemon("output-counter", this::count);
  }

  /**
   * Starts counting.
   *
   * @param kafkaSettings settings of Kafka's clients, with {@code bootstrap.servers}
   */
  public static OutputCounter start(Dataset dataset, Map<String, ?> kafkaSettings) {
    Map<String, Object> settings = new HashMap<>(kafkaSettings);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, RecordSizes.MAX_RECORD);
    OutputCounter counter =
        new OutputCounter(
            dataset,
            new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer()));
    counter.start();
    return counter;
  }

  void start() {
    thread.start();
  }

  /**
   * The counts so far.
   *
   * @throws IllegalStateException where counting has stopped on a failure
   */
  public OutputCounts counts() {
    synchronized (lock) {
      if (failure != null) {
        throw new IllegalStateException("outputs are not counted any more", failure);
      }
      return new OutputCounts(
          countOf(TopicCatalogue.TRAINING),
          countOf(TopicCatalogue.VALIDATION),
          countOf(TopicCatalogue.TEST),
          byReason,
          time(firstOutputMs, Long.MAX_VALUE),
          time(lastOutputMs, Long.MIN_VALUE),
          Optional.ofNullable(example));
    }
  }

  /** Stops counting and waits for the thread's end. */
  @Override
  public void close() {
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void count() {
    try (consumer) {
      List<TopicPartition> partitions = partitions();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (true) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          if (record.value() != null) {
            add(record);
          }
        }
      }
    } catch (WakeupException e) {
      // Closed; the counts stand.
    } catch (RuntimeException e) {
      synchronized (lock) {
        failure = e;
      }
    }
  }

  private List<TopicPartition> partitions() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String output :
        List.of(
            TopicCatalogue.TRAINING,
            TopicCatalogue.VALIDATION,
            TopicCatalogue.TEST,
            TopicCatalogue.QUARANTINE)) {
      List<PartitionInfo> found = consumer.partitionsFor(dataset.topic(output));
      if (found == null || found.isEmpty()) {
        throw new IllegalStateException(
            "topic " + dataset.topic(output) + " does not exist; run: pairstream topics create");
      }
      for (PartitionInfo partition : found) {
        partitions.add(new TopicPartition(partition.topic(), partition.partition()));
      }
    }
    return partitions;
  }

  private void add(ConsumerRecord<String, byte[]> record) {
    Rejected rejected =
        record.topic().equals(dataset.topic(TopicCatalogue.QUARANTINE))
            ? rejections.read(record.key(), record.value())
            : null;
    synchronized (lock) {
      byTopic.merge(record.topic(), 1L, Long::sum);
      firstOutputMs = Math.min(firstOutputMs, record.timestamp());
      lastOutputMs = Math.max(lastOutputMs, record.timestamp());
      if (rejected != null) {
        byReason.merge(rejected.reason(), 1L, Long::sum);
        // Of a copy, the page shows the pair that was published first.
        if (example == null && !rejected.reason().equals(RejectReason.DUPLICATE_PAIR.name())) {
          example = rejected;
        }
      }
    }
  }

  private long countOf(String output) {
    return byTopic.getOrDefault(dataset.topic(output), 0L);
  }

  private static Optional<Instant> time(long epochMs, long none) {
    return epochMs == none ? Optional.empty() : Optional.of(Instant.ofEpochMilli(epochMs));
  }
}
