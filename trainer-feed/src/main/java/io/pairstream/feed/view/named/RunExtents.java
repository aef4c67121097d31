package io.pairstream.feed.view.named;

import io.pairstream.schemas.RunExtent;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.Registry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How much of a growing view each epoch of a run covers, as all its processes agree on it: of the
 * proposals for an epoch, the one with the smallest offset holds. Not thread-safe.
 */
public final class RunExtents implements AutoCloseable {

  private final Topic<String, RunExtent> topic;
  private final RecordDecoder<RunExtent> decoder;
  private final Registry registry;
  private final Map<String, Object> clientSettings;
  private final TopicTail tail;
  private final Map<EpochOfRun, RunExtent> agreed = new LinkedHashMap<>();

  /** Made for the first proposal: whoever only looks needs none. */
  private Optional<KafkaProducer<byte[], byte[]>> producer = Optional.empty();

  private record EpochOfRun(String run, int epoch) {}

  private RunExtents(
      Topic<String, RunExtent> topic,
      Registry registry,
      Map<String, Object> clientSettings,
      TopicTail tail) {
    this.topic = topic;
    this.decoder = new RecordDecoder<>(topic, RunExtent.SCHEMA$, registry);
    this.registry = registry;
    this.clientSettings = clientSettings;
    this.tail = tail;
  }

  static RunExtents open(
      Topic<String, RunExtent> topic, Registry registry, Map<String, Object> clientSettings) {
    return new RunExtents(
        topic, registry, clientSettings, TopicTail.open(topic.name(), clientSettings));
  }

  /** What was agreed on for an epoch; empty where nothing was yet. */
  public Optional<RunExtent> of(String run, int epoch) {
    EpochOfRun wanted = new EpochOfRun(run, epoch);
    if (!agreed.containsKey(wanted)) {
      tail.readCommitted(this::note);
    }
    return Optional.ofNullable(agreed.get(wanted));
  }

  /** Whether {@link #of} answers at once. */
  public boolean isKnown(String run, int epoch) {
    return agreed.containsKey(new EpochOfRun(run, epoch));
  }

  /**
   * Proposes an extent; answers the one that holds for that run and epoch, which may be another's.
   *
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws KafkaException where the broker does not take it
   */
  public RunExtent propose(RunExtent extent) {
    if (producer.isEmpty()) {
      int unused = registry.idOf(topic.name() + "-value", RunExtent.SCHEMA$);
      producer = Optional.of(newProducer());
    }
    String key = "%s/%08d/%s".formatted(extent.getRun(), extent.getEpoch(), UUID.randomUUID());
    long offset = send(key, extent);
    tail.readTo(offset + 1, this::note);
    return agreed.get(new EpochOfRun(extent.getRun(), extent.getEpoch()));
  }

  /** Names of the runs that follow a view. */
  public SortedSet<String> runsOf(String view) {
    tail.readCommitted(this::note);
    SortedSet<String> runs = new TreeSet<>();
    for (RunExtent extent : agreed.values()) {
      if (extent.getView().equals(view)) {
        runs.add(extent.getRun());
      }
    }
    return runs;
  }

  @Override
  public void close() {
    producer.ifPresent(one -> one.close(Duration.ZERO));
    tail.close();
  }

  /** What does not read as an extent, anybody may have written; it decides nothing. */
  private void note(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return;
    }
    decoder
        .decode(record.value())
        .ifPresent(
            extent ->
                agreed.putIfAbsent(new EpochOfRun(extent.getRun(), extent.getEpoch()), extent));
  }

  private long send(String key, RunExtent extent) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic.name(),
            0,
            key.getBytes(StandardCharsets.UTF_8),
            topic.value().serializer().serialize(topic.name(), extent));
    try {
      return producer.orElseThrow().send(record).get().offset();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
    }
  }

  private KafkaProducer<byte[], byte[]> newProducer() {
    Map<String, Object> config = new HashMap<>(clientSettings);
    config.remove("default.api.timeout.ms");
    config.put("acks", "all");
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
