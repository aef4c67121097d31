package io.pairstream.operations.instances;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.service.table.Follower;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The processes of a data set, as they speak of themselves. A thread follows the topic; while Kafka
 * is away, what was known last holds, and everybody becomes silent. So it is after a fault of ours
 * too, which is an obstacle until the topic is read once more. Thread-safe.
 */
public final class Instances implements AutoCloseable {

  private final Clock clock;
  private final RecordDecoder<InstanceStatus> decoder;
  private final InstanceBook book = new InstanceBook();
  private final Follower follower;

  private Instances(ClusterAccess cluster, Clock clock) {
    this.clock = clock;
    this.decoder =
        new RecordDecoder<>(
            cluster.topics().instances(), InstanceStatus.SCHEMA$, cluster.registry());
    this.follower =
        Follower.start(
            "instances",
            cluster.topics().instances().name(),
            (records, positions, atEnd) -> records.forEach(record -> note(record, atEnd)),
            cluster.clientSettings());
  }

  /** Begins to follow the topic of instances. */
  public static Instances follow(ClusterAccess cluster, Clock clock) {
    return new Instances(cluster, clock);
  }

  /** Whether everything is known that stood in the topic when this began. */
  public boolean isReady() {
    return follower.progress().isCaughtUp();
  }

  /** Why what is told is not what processes say, by a fault of ours; empty where there is none. */
  public Optional<String> obstacle() {
    return follower.progress().fault();
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

  /** The processes of a service. */
  List<Instance> of(String service) {
    return all().stream().filter(instance -> instance.service().equals(service)).toList();
  }

  /** The graph of a service, as its newest process describes it that is not silent. */
  public Optional<String> topology(String service) {
    return of(service).stream()
        .sorted(
            Comparator.comparing(Instance::silent)
                .thenComparing(
                    instance -> instance.status().getStartedAt(), Comparator.reverseOrder()))
        .map(instance -> instance.status().getTopology())
        .filter(topology -> !topology.isEmpty())
        .findFirst();
  }

  /** Stops following; what is known stays known. */
  @Override
  public void close() {
    follower.close();
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
}
