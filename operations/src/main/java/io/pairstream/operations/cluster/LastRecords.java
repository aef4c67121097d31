package io.pairstream.operations.cluster;

import io.pairstream.schemas.topics.Topic;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * The last committed record of each of some keys of a compacted topic.
 *
 * <p>Reads the partitions that the keys belong on, each once, from beginning to end.
 */
public final class LastRecords {

  private LastRecords() {}

  /** The records that can be read, by key. */
  public static <T> Map<String, T> of(
      ClusterAccess cluster, CommittedLog log, Topic<String, T> topic, Set<String> keys) {
    Set<TopicPartition> partitions = new HashSet<>();
    keys.forEach(key -> partitions.add(log.partitionOf(topic.name(), key)));
    Map<String, byte[]> values = new HashMap<>();
    log.read(
        log.everything(partitions),
        record -> {
          String key = CommittedLog.key(record);
          if (keys.contains(key)) {
            if (record.value() == null) {
              values.remove(key);
            } else {
              values.put(key, record.value());
            }
          }
          return true;
        });
    Map<String, T> read = new HashMap<>();
    values.forEach(
        (key, value) -> cluster.decode(topic, value).ifPresent(last -> read.put(key, last)));
    return read;
  }
}
