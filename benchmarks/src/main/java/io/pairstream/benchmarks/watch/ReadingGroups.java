package io.pairstream.benchmarks.watch;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.wire.KafkaAnswers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Groups that read: records arrive on every partition in every round, and each group commits on all
 * partitions once a round, at its own time in it. Nobody joins the groups.
 */
final class ReadingGroups implements AutoCloseable {

  private static final int RECORDS_A_ROUND = 3;

  private static final String TOPIC = "watched";

  private final int groups;
  private final int partitions;
  private final Duration round;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Set<Integer> standing = ConcurrentHashMap.newKeySet();
  private final Map<Integer, Long> committedAtNanos = new ConcurrentHashMap<>();
  private final AtomicLong failed = new AtomicLong();
  private final ScheduledExecutorService work = Executors.newSingleThreadScheduledExecutor();
  private final AtomicLong end = new AtomicLong();

  /**
   * Makes the topic, fills it once and has every group commit once.
   *
   * @param partitions of the topic; at least 1
   * @param standing so many groups commit no more after that
   * @param round time from one commit of a group to the next
   */
  ReadingGroups(ClusterAccess cluster, int groups, int partitions, int standing, Duration round) {
    this.groups = groups;
    this.partitions = partitions;
    this.round = round;
    admin = cluster.admin();
    Map<String, Object> settings = new HashMap<>(cluster.clientSettings());
    settings.remove("default.api.timeout.ms");
    settings.put("linger.ms", 50);
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    NewTopic topic = new NewTopic(TOPIC, partitions, (short) 1);
    KafkaAnswers.await(admin.createTopics(List.of(topic)).all());
    append();
    for (int group = 0; group < groups; group++) {
      KafkaAnswers.await(admin.alterConsumerGroupOffsets(group(group), places()).all());
    }
    for (int group = 0; group < standing; group++) {
      stop(group);
    }
  }

  /** Goes on round after round, until this is closed. */
  void start() {
    var unused = work.scheduleAtFixedRate(this::append, 0, round.toMillis(), TimeUnit.MILLISECONDS);
    for (int i = 0; i < groups; i++) {
      int group = i;
      var ignored =
          work.scheduleAtFixedRate(
              () -> commit(group),
              round.toMillis() * group / groups,
              round.toMillis(),
              TimeUnit.MILLISECONDS);
    }
  }

  static String group(int number) {
    return "group-" + number;
  }

  /** The group commits no more. */
  void stop(int group) {
    standing.add(group);
  }

  /** When the group committed for the last time, as {@link System#nanoTime} tells it. */
  long committedAtNanos(int group) {
    return committedAtNanos.getOrDefault(group, 0L);
  }

  /** Commits and records that the broker did not take. */
  long failed() {
    return failed.get();
  }

  private void append() {
    for (int partition = 0; partition < partitions; partition++) {
      for (int i = 0; i < RECORDS_A_ROUND; i++) {
        var unused =
            producer.send(
                new ProducerRecord<>(TOPIC, partition, null, new byte[200]),
                (metadata, error) -> {
                  if (error != null) {
                    failed.incrementAndGet();
                  }
                });
      }
    }
    producer.flush();
    end.addAndGet(RECORDS_A_ROUND);
  }

  private void commit(int group) {
    if (standing.contains(group)) {
      return;
    }
    var unused =
        admin
            .alterConsumerGroupOffsets(group(group), places())
            .all()
            .whenComplete(
                (done, error) -> {
                  if (error == null) {
                    committedAtNanos.put(group, System.nanoTime());
                  } else {
                    failed.incrementAndGet();
                  }
                });
  }

  /** Some partitions are read to their end, on others up to three records wait. */
  private Map<TopicPartition, OffsetAndMetadata> places() {
    Map<TopicPartition, OffsetAndMetadata> places = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      places.put(
          new TopicPartition(TOPIC, partition),
          new OffsetAndMetadata(Math.max(0, end.get() - partition % 4)));
    }
    return places;
  }

  @Override
  public void close() {
    work.shutdownNow();
    try {
      if (!work.awaitTermination(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("a round does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close(Duration.ZERO);
    admin.close(Duration.ZERO);
  }
}
