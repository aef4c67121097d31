package io.pairstream.ingest.generate;

import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.testing.EmbeddedKafka;
import io.pairstream.testing.LongTimeouts;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A topic of crowdsourced pairs on a real broker, which nobody else uses. */
final class RawTopic {

  private static final int PARTITIONS = 2;

  private final String bootstrapServers;
  private final Dataset dataset;
  private final Registry registry;
  private final Topic<String, RawPair> topic;

  private RawTopic(String bootstrapServers, Dataset dataset) {
    this.bootstrapServers = bootstrapServers;
    this.dataset = dataset;
    registry = new Registry("mock://" + dataset.name(), Map.of());
    topic = PairTopics.of(dataset, new AvroSerdes(registry)).crowdsourced();
    registry.register(topic.name() + "-value", RawPair.SCHEMA$);
  }

  /** Makes a topic. */
  static RawTopic create(EmbeddedKafka kafka) throws Exception {
    Dataset dataset = new Dataset("g" + UUID.randomUUID().toString().substring(0, 8));
    kafka.createTopics(new TopicCatalogue(dataset, PARTITIONS).topics().subList(0, 1));
    return at(kafka.bootstrapServers(), dataset.name());
  }

  /** The topic of a data set, which exists. */
  static RawTopic at(String bootstrapServers, String dataset) {
    return new RawTopic(bootstrapServers, new Dataset(dataset));
  }

  String name() {
    return topic.name();
  }

  String dataset() {
    return dataset.name();
  }

  PairPublisher publisher() {
    return PairPublisher.open(
        topic, registry, LongTimeouts.of(bootstrapServers), Clock.systemUTC());
  }

  /** All pairs up to now. */
  List<RawPair> pairs() {
    List<RawPair> pairs = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.<String, Object>copyOf(LongTimeouts.of(bootstrapServers)),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.name()).stream()
              .map(partition -> new TopicPartition(topic.name(), partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(
                record ->
                    pairs.add(
                        topic.value().deserializer().deserialize(topic.name(), record.value())));
      }
    }
    return pairs;
  }
}
