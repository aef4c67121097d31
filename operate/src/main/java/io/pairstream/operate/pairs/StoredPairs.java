package io.pairstream.operate.pairs;

import io.pairstream.curation.review.Quarantine;
import io.pairstream.operate.catalogue.CatalogueFold.Place;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Utils;

/**
 * The whole records of a data set, read where they lie, one after the other. What was never
 * committed there, is kept no longer or cannot be read is empty. Thread-safe.
 */
final class StoredPairs implements AutoCloseable {

  private final ClusterAccess cluster;
  private final Map<String, Topic<?>> topics = new HashMap<>();
  private CommittedLog log;
  private boolean closed;

  StoredPairs(ClusterAccess cluster) {
    this.cluster = cluster;
    PairTopics all = cluster.topics();
    Stream.of(
            all.crowdsourced(),
            all.scraped(),
            all.generated(),
            all.training(),
            all.validation(),
            all.test())
        .forEach(topic -> topics.put(topic.name(), topic));
    topics.put(all.quarantine().name(), all.quarantine());
  }

  static Origin at(Place place) {
    return new Origin(place.topic(), place.partition(), place.offset());
  }

  /** Whether a raw record there is a caption that a model wrote, without a picture of its own. */
  boolean isGenerated(Origin at) {
    return at.getTopic().equals(cluster.topics().generated().name());
  }

  /** The published pair whose picture a generated caption is of; empty for any other raw record. */
  Optional<PreparedPair> captioned(RawPair raw, Origin at) {
    return Optional.of(Utils.toArray(raw.getPrepared()))
        .filter(published -> isGenerated(at))
        .flatMap(published -> cluster.topics().training().decode(published));
  }

  /** Digest of the picture that a raw record brings, or whose caption it is. */
  String imageDigest(RawPair raw, Origin at) {
    return captioned(raw, at)
        .map(PreparedPair::getImageDigest)
        .orElseGet(() -> PairIdentity.imageDigest(raw.getImage()));
  }

  /** Whether this topic's records are those of pairs. */
  boolean areOn(String topic) {
    return topics.containsKey(topic);
  }

  /**
   * The record at these coordinates.
   *
   * @param type {@link RawPair}, {@link PreparedPair} or {@link QuarantinedPair}, as the topic has
   */
  <T> Optional<T> find(Origin at, Class<T> type) {
    return areOn(at.getTopic())
        ? read(at)
            .flatMap(record -> topics.get(at.getTopic()).decode(record.value()))
            .filter(type::isInstance)
            .map(type::cast)
        : Optional.empty();
  }

  /** Says what a record of quarantine keeps. */
  Quarantine quarantine() {
    return new Quarantine(cluster);
  }

  private synchronized Optional<ConsumerRecord<byte[], byte[]>> read(Origin at) {
    if (closed) {
      throw new KafkaException("the service is being stopped");
    }
    if (log == null) {
      log = CommittedLog.openForSingleRecords(cluster);
    }
    try {
      return log.record(at);
    } catch (UnknownTopicOrPartitionException e) {
      return Optional.empty();
    } catch (KafkaException e) {
      // A consumer that failed may not know where it is.
      log.close();
      log = null;
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (log != null) {
      log.close();
      log = null;
    }
  }
}
