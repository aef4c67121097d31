package io.pairstream.operations.pairs;

import io.pairstream.operations.catalogue.Place;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.RecordDecoder;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Utils;

/** The whole records of a data set, read where they lie. Thread-safe. */
final class StoredPairs implements AutoCloseable {

  private final PairTopics topics;
  private final StoredRecords records;
  private final RecordDecoder<RawPair> raw;
  private final RecordDecoder<PairLink> links;
  private final RecordDecoder<PreparedPair> prepared;
  private final RecordDecoder<QuarantinedPair> quarantined;

  StoredPairs(ClusterAccess cluster) {
    topics = cluster.topics();
    records = new StoredRecords(cluster);
    raw = new RecordDecoder<>(topics.crowdsourced(), RawPair.SCHEMA$, cluster.registry());
    links = new RecordDecoder<>(topics.links(), PairLink.SCHEMA$, cluster.registry());
    prepared = new RecordDecoder<>(topics.training(), PreparedPair.SCHEMA$, cluster.registry());
    quarantined =
        new RecordDecoder<>(topics.quarantine(), QuarantinedPair.SCHEMA$, cluster.registry());
  }

  boolean isRaw(String topic) {
    return topics.rawNames().contains(topic);
  }

  boolean isOutput(String topic) {
    return Set.of(topics.training().name(), topics.validation().name(), topics.test().name())
        .contains(topic);
  }

  boolean isQuarantine(String topic) {
    return topics.quarantine().name().equals(topic);
  }

  /** The raw pair that came there; empty where it is kept no longer, or cannot be read. */
  Optional<RawPair> raw(Origin origin) {
    return isRaw(origin.getTopic())
        ? value(origin.getTopic(), origin.getPartition(), origin.getOffset()).flatMap(raw::decode)
        : Optional.empty();
  }

  /** When a raw record came to its topic; 0 of Kafka's time where it is kept no longer. */
  Instant cameAt(Origin origin) {
    return isRaw(origin.getTopic())
        ? records
            .read(origin.getTopic(), origin.getPartition(), origin.getOffset())
            .map(record -> Instant.ofEpochMilli(record.timestamp()))
            .orElse(Instant.EPOCH)
        : Instant.EPOCH;
  }

  /** The raw pair that a record of quarantine keeps; empty where it keeps none, or a link. */
  Optional<RawPair> raw(QuarantinedPair pair) {
    return pair.getValue() == null || isOfLink(pair)
        ? Optional.empty()
        : raw.decode(Utils.toArray(pair.getValue()));
  }

  /** The link that a record of quarantine keeps. */
  Optional<PairLink> link(QuarantinedPair pair) {
    return pair.getValue() == null || !isOfLink(pair)
        ? Optional.empty()
        : links.decode(Utils.toArray(pair.getValue()));
  }

  Optional<PreparedPair> prepared(Place place) {
    return prepared(place.topic(), place.partition(), place.offset());
  }

  Optional<PreparedPair> prepared(String topic, int partition, long offset) {
    return value(topic, partition, offset).flatMap(prepared::decode);
  }

  Optional<QuarantinedPair> quarantined(Place place) {
    return quarantined(place.topic(), place.partition(), place.offset());
  }

  Optional<QuarantinedPair> quarantined(String topic, int partition, long offset) {
    return value(topic, partition, offset).flatMap(quarantined::decode);
  }

  @Override
  public void close() {
    records.close();
  }

  private boolean isOfLink(QuarantinedPair pair) {
    return pair.getOrigin().getTopic().equals(topics.links().name());
  }

  private Optional<byte[]> value(String topic, int partition, long offset) {
    return records.read(topic, partition, offset).map(ConsumerRecord::value);
  }
}
