package io.pairstream.operations.instances;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of a data set, as they speak of themselves. A thread follows the topic; while Kafka
 * is away, what was known last holds, and everybody becomes silent. So it is after a fault of ours
 * too, which is an obstacle until the topic is read once more. Thread-safe.
 */
public final class Instances implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Instances.class);

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final ClusterAccess cluster;
  private final Clock clock;
  private final RecordDecoder<InstanceStatus> decoder;
  private final InstanceBook book = new InstanceBook();
  private final Thread thread;
  private volatile boolean ready;
  private volatile boolean closed;
  private volatile String trouble = "";
  private volatile String fault = "";

  private Instances(ClusterAccess cluster, Clock clock) {
    this.cluster = cluster;
    this.clock = clock;
    this.decoder =
        new RecordDecoder<>(
            cluster.topics().instances(), InstanceStatus.SCHEMA$, cluster.registry());
    this.thread = Threads.daemon("instances", this::followForever);
  }

  /** Begins to follow the topic of instances. */
  public static Instances follow(ClusterAccess cluster, Clock clock) {
    Instances instances = new Instances(cluster, clock);
    instances.thread.start();
    return instances;
  }

  /** Whether everything is known that stood in the topic when this began. */
  public boolean isReady() {
    return ready;
  }

  /** Why what is told is not what processes say, by a fault of ours; empty where there is none. */
  public Optional<String> obstacle() {
    return Optional.of(fault).filter(why -> !why.isEmpty());
  }

  /**
   * All processes, by service and then by the time of their starts; silent ones too, until their
   * service has started another.
   */
  public List<Instance> all() {
    return book.at(clock.instant());
  }

  /** What the processes say that are not silent: for metrics. */
  public List<InstanceStatus> speaking() {
    return all().stream().filter(instance -> !instance.silent()).map(Instance::status).toList();
  }

  /** Processes that fell silent without a word, for metrics. */
  public List<InstanceStatus> missing() {
    return all().stream().filter(Instance::silent).map(Instance::status).toList();
  }

  /** The graph of a service, as its newest process describes it that is not silent. */
  public Optional<String> topology(String service) {
    return all().stream()
        .filter(instance -> instance.service().equals(service))
        .sorted(
            Comparator.comparing(Instance::silent)
                .thenComparing(
                    instance -> instance.status().getStartedAt(), Comparator.reverseOrder()))
        .flatMap(instance -> book.topology(instance).stream())
        .findFirst();
  }

  /** Stops following; what is known stays known. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(Duration.ofSeconds(5).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void followForever() {
    while (!closed) {
      try {
        follow();
      } catch (InterruptException e) {
        // Closed, or about to be: whoever interrupts this thread closes it.
        return;
      } catch (KafkaException | RegistryUnavailableException | MissingSchemaException e) {
        say(String.valueOf(e.getMessage()));
        pause();
      } catch (RuntimeException | Error e) {
        // The thread must not end without a word: whoever is there would seem to be silent.
        if (fault.isEmpty()) {
          LOG.error("following instances has failed; it is tried again", e);
        }
        fault = "instances cannot be followed: " + e;
        pause();
      }
    }
  }

  private void follow() {
    KafkaConsumer<byte[], byte[]> consumer = cluster.consumer(Map.of());
    try {
      List<TopicPartition> partitions = partitions(consumer);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      boolean live = false;
      say("");
      while (!closed) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          note(record, live || record.offset() >= ends.get(partition(record)));
        }
        if (!live && partitions.stream().allMatch(p -> consumer.position(p) >= ends.get(p))) {
          live = true;
          ready = true;
          endFault();
        }
      }
    } finally {
      // There is no group to leave, and a fetch that still waits would be waited for.
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  /**
   * @param justSaid whether the record came while the topic was followed; of an earlier one only
   *     the process's own clock tells how old it is
   */
  private void note(ConsumerRecord<byte[], byte[]> record, boolean justSaid) {
    if (record.key() == null) {
      return;
    }
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (record.value() == null) {
      book.note(key, Optional.empty(), Instant.EPOCH);
      return;
    }
    Optional<InstanceStatus> said = decoder.decode(record.value());
    if (said.isPresent()) { // what cannot be read is no report, and no end either
      Instant now = clock.instant();
      Instant reported = said.get().getReportedAt();
      book.note(key, said, justSaid || reported.isAfter(now) ? now : reported);
    }
  }

  private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
    String topic = cluster.topics().instances().name();
    List<PartitionInfo> found = consumer.partitionsFor(topic);
    if (found == null || found.isEmpty()) {
      throw new UnknownTopicOrPartitionException(
          "topic " + topic + " does not exist; run: pairstream topics create");
    }
    return found.stream().map(p -> new TopicPartition(topic, p.partition())).toList();
  }

  private static TopicPartition partition(ConsumerRecord<?, ?> record) {
    return new TopicPartition(record.topic(), record.partition());
  }

  private void endFault() {
    if (!fault.isEmpty()) {
      LOG.info("instances are followed again");
      fault = "";
    }
  }

  private void say(String message) {
    if (!message.equals(trouble)) {
      if (message.isEmpty()) {
        LOG.info("instances are followed again");
      } else {
        LOG.warn("instances cannot be followed: {}", message);
      }
      trouble = message;
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
