package io.pairstream.ingest.api;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.Cluster;
import io.pairstream.testing.EmbeddedKafka;
import io.pairstream.testing.LongTimeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A data set with all its topics and schemas on a real broker, and a reader that is not ours. */
public final class IngestCluster {

  private static final int PARTITIONS = 3;

  private final Cluster cluster;
  private final PairTopics topics;

  /** Makes a data set that nobody else uses. */
  public IngestCluster(EmbeddedKafka kafka) {
    Dataset dataset = new Dataset("d" + UUID.randomUUID().toString().substring(0, 8));
    this.cluster = cluster(kafka.bootstrapServers(), dataset);
    this.topics = PairTopics.of(dataset, new AvroSerdes(cluster.registry()));
    register(cluster);
    try {
      kafka.createTopics(new TopicCatalogue(dataset, PARTITIONS).topics());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The cluster of a data set, whose broker is waited for. */
  static Cluster cluster(String bootstrapServers, Dataset dataset) {
    return new Cluster(
        bootstrapServers, "mock://" + dataset.name(), dataset, LongTimeouts.TIMEOUT, Map.of());
  }

  /** Registers all schemas; in every process they get the same ids. */
  static void register(Cluster cluster) {
    Registry registry = cluster.registry();
    for (TopicSpec spec : new TopicCatalogue(cluster.dataset(), PARTITIONS).topics()) {
      spec.valueSchema().ifPresent(schema -> registry.register(spec.name() + "-value", schema));
    }
  }

  public Cluster cluster() {
    return cluster;
  }

  public PairTopics topics() {
    return topics;
  }

  /** A record as it was read. */
  public record Read<T>(String key, T value, int partition, long offset, List<String> headers) {}

  /** All records of a topic, from its start to its end now. */
  public <T> List<Read<T>> read(Topic<String, T> topic) {
    List<Read<T>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            cluster.clientSettings(Map.of()),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, PARTITIONS)
              .mapToObj(partition -> new TopicPartition(topic.name(), partition))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(part -> consumer.position(part) < ends.get(part))) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(
                record ->
                    records.add(
                        new Read<>(
                            record.key(),
                            topic.value().deserializer().deserialize(topic.name(), record.value()),
                            record.partition(),
                            record.offset(),
                            Arrays.stream(record.headers().toArray()).map(Header::key).toList())));
      }
    }
    return records;
  }
}
