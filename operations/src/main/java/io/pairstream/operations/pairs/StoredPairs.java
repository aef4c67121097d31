package io.pairstream.operations.pairs;

import io.pairstream.operations.catalogue.CatalogueFold.Place;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.review.Quarantine;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The whole records of a data set, read where they lie, one after the other. What was never
 * committed there, is kept no longer or cannot be read is empty. Thread-safe.
 */
final class StoredPairs implements AutoCloseable {

  private final ClusterAccess cluster;
  private final PairTopics topics;
  private CommittedLog log;
  private boolean closed;

  StoredPairs(ClusterAccess cluster) {
    this.cluster = cluster;
    this.topics = cluster.topics();
  }

  static Origin at(Place place) {
    return new Origin(place.topic(), place.partition(), place.offset());
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

  /** The raw pair that came there. */
  Optional<RawPair> raw(Origin at) {
    return isRaw(at.getTopic()) ? value(topics.crowdsourced(), at) : Optional.empty();
  }

  Optional<PreparedPair> prepared(Origin at) {
    return value(topics.training(), at);
  }

  Optional<QuarantinedPair> quarantined(Origin at) {
    return value(topics.quarantine(), at);
  }

  /** The raw pair that a record of quarantine keeps; empty where it keeps none, or a link. */
  Optional<RawPair> raw(QuarantinedPair pair) {
    return new Quarantine(cluster).raw(pair);
  }

  /** The link that a record of quarantine keeps. */
  Optional<PairLink> link(QuarantinedPair pair) {
    return new Quarantine(cluster).link(pair);
  }

  private <T> Optional<T> value(Topic<String, T> topic, Origin at) {
    return read(at).flatMap(record -> cluster.decode(topic, record.value()));
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
