package io.pairstream.operations.lag.watch;

import io.pairstream.operations.lag.watch.LogReader.BrokerDisk;
import io.pairstream.operations.lag.watch.LogReader.Ends;
import io.pairstream.operations.lag.watch.PartitionLog.Retention;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * The logs of all partitions that any group has to do with, over the looks. What changes seldom is
 * asked for seldom. Not thread-safe.
 */
final class WatchedLogs {

  private static final Duration SIZES_EVERY = Duration.ofMinutes(1);
  private static final Duration TOPICS_EVERY = Duration.ofMinutes(1);
  private static final Duration RETENTIONS_EVERY = Duration.ofMinutes(5);

  private final LogReader reader;
  private final Map<TopicPartition, PartitionLog> logs = new HashMap<>();
  private final Map<String, Integer> partitions = new HashMap<>();
  private Map<TopicPartition, Long> starts = new HashMap<>();
  private boolean areNew;
  private Instant topicsAt = Instant.EPOCH;
  private Instant sizesAt = Instant.EPOCH;
  private Instant retentionsAt = Instant.EPOCH;
  private List<BrokerDisk> disks = List.of();

  WatchedLogs(LogReader reader) {
    this.reader = reader;
  }

  Map<TopicPartition, PartitionLog> all() {
    return logs;
  }

  /** The brokers' disks, as they were in the last minute; those of brokers that say so. */
  List<BrokerDisk> disks() {
    return disks;
  }

  /** Begins a look: asks where the logs begin that are known. */
  void begin() {
    starts = new HashMap<>(reader.starts(logs.keySet()));
  }

  /**
   * Which partitions each group is told of: all of each topic that it has to do with. The logs of
   * all others are forgotten.
   */
  Map<String, Set<TopicPartition>> keep(Map<String, Set<String>> topicsByGroup, Instant at) {
    Set<String> topics = new HashSet<>();
    topicsByGroup.values().forEach(topics::addAll);
    boolean leadersMissing = starts.size() < logs.size();
    if (leadersMissing || isDue(topicsAt, TOPICS_EVERY, at)) {
      partitions.clear();
      topicsAt = at;
    }
    partitions.keySet().retainAll(topics);
    topics.removeAll(partitions.keySet());
    if (!topics.isEmpty()) {
      partitions.putAll(reader.partitionsOf(topics));
    }
    Map<String, Set<TopicPartition>> mine = new HashMap<>();
    Set<TopicPartition> all = new HashSet<>();
    topicsByGroup.forEach(
        (group, names) -> {
          Set<TopicPartition> found = new HashSet<>();
          for (String topic : names) {
            for (int i = 0; i < partitions.getOrDefault(topic, 0); i++) {
              found.add(new TopicPartition(topic, i));
            }
          }
          all.addAll(found);
          mine.put(group, found);
        });
    logs.keySet().retainAll(all);
    starts.keySet().retainAll(all);
    all.removeAll(logs.keySet());
    areNew = !all.isEmpty();
    if (areNew) {
      all.forEach(partition -> logs.put(partition, new PartitionLog()));
      starts.putAll(reader.starts(all));
    }
    return mine;
  }

  /** Whether some were not known when the look began. */
  boolean areNew() {
    return areNew;
  }

  /** Asks where the logs end, and how large they are and how long they keep records where due. */
  void look(Instant at) {
    long atMillis = at.toEpochMilli();
    Map<TopicPartition, Ends> ends = reader.ends(starts);
    ends.forEach(
        (partition, found) ->
            logs.get(partition).look(found.start(), found.end(), found.highWatermark(), atMillis));
    boolean outgrown =
        ends.keySet().stream().map(logs::get).anyMatch(PartitionLog::hasOutgrownItsSize);
    if (areNew || outgrown || isDue(sizesAt, SIZES_EVERY, at)) {
      sizesAt = at;
      LogReader.Sizes found = reader.sizes();
      disks = found.disks();
      logs.forEach(
          (partition, log) -> {
            Long size = found.logs().get(partition);
            if (size != null) {
              log.bytes(size, atMillis);
            }
          });
    }
    if (areNew || isDue(retentionsAt, RETENTIONS_EVERY, at)) {
      retentionsAt = at;
      Map<String, Retention> retentions = reader.retentions(partitions.keySet());
      logs.forEach(
          (partition, log) ->
              log.retention(retentions.getOrDefault(partition.topic(), Retention.NONE)));
    }
  }

  static boolean isDue(Instant last, Duration every, Instant now) {
    return !now.isBefore(last.plus(every));
  }
}
