package io.pairstream.operations.takedown;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.SerializationException;

/** The takedowns in force, by key, as they stand on their topic. */
final class TakedownBook {

  private final Map<String, Takedown> inForce = new LinkedHashMap<>();

  private TakedownBook() {}

  static TakedownBook read(ClusterAccess cluster, CommittedLog log) {
    Topic<String, Takedown> topic = cluster.topics().takedowns();
    TakedownBook book = new TakedownBook();
    log.read(
        log.everything(log.partitions(topic.name())),
        record -> {
          String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
          book.inForce.remove(key); // so that the order is that of the last records
          decode(cluster, topic, record.value())
              .ifPresent(takedown -> book.inForce.put(key, takedown));
          return true;
        });
    return book;
  }

  Optional<Takedown> of(String key) {
    return Optional.ofNullable(inForce.get(key));
  }

  /** All of them, by key. */
  Map<String, Takedown> all() {
    return inForce;
  }

  /** What is lifted or cannot be read takes nothing down. */
  private static Optional<Takedown> decode(
      ClusterAccess cluster, Topic<String, Takedown> topic, byte[] value) {
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(topic.value().deserializer().deserialize(topic.name(), value));
    } catch (SerializationException e) {
      cluster.requireRegistry();
      return Optional.empty();
    }
  }
}
